//! The only crate with SQL: SQLite and PostgreSQL behind one concrete type.
