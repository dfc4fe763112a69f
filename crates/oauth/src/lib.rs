//! Wire types and errors of the OAuth RFCs; JWT and DPoP signing and checking at a given instant. Pure.
