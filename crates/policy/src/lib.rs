//! Cedar: schema, bundle, question, verdict. Pure.
