//! Events, their canonical bytes, salts and commitments. Pure.
