//! Typed HTTP client of the service: sign-in, DPoP, live stream.
