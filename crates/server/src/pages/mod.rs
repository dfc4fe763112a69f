//! The pages that a browser shows: sign-in, the request before a signature, invitations, the first admin. HTML only, no script.
//!
//! Nothing here asks the engine: each page is a function of what it shows. What is sent back is handled in [`crate::browser`].

pub(crate) mod assets;
mod invite;
mod layout;
mod setup;
mod sign_in;
mod step_up;
mod told;

pub(crate) use invite::Invite;
pub(crate) use layout::{Page, page_headers};
pub(crate) use setup::Setup;
pub(crate) use sign_in::SignIn;
pub(crate) use step_up::StepUpPage;
pub(crate) use told::{Told, problem};

/// What a password must be, said beside each field that takes a new one.
pub(crate) const PASSWORD_RULE: &str = "At least 12 characters. Length counts, not signs: four random words do. Not one that you use elsewhere.";

/// Fewest characters of a password.
pub(crate) const PASSWORD_MIN: usize = 12;

/// Most characters of a password: hashing a novel would cost everybody time.
pub(crate) const PASSWORD_MAX: usize = 256;

#[cfg(test)]
mod tests;
