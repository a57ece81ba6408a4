"""What Encore says, in seven languages."""
