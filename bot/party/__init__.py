"""What a party is: words, rules, errors and use cases. It knows no platform, no network and no SQL."""
