//! A world to test in: set clock, seeded randomness, stores, people who speak plain HTTP.
