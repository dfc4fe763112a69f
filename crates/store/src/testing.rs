//! Databases to test on.
