//! The use cases, one file an operation: transaction, policy, transition, trail.
