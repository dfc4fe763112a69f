//! The Accounts API of the sample company: accepts delegated tokens as any API would.
fn main() {}
