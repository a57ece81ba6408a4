"""Short pieces of music, made from scores by arithmetic alone: nobody's recording, so nobody's licence."""
