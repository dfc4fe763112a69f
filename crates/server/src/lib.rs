//! axum routes, sign-in pages, background work: a library, and the program countersignd.
