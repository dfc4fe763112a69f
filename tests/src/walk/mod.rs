//! The walk: the main job from a case to a signed, recorded call, through the console's real windows and a real browser.
//!
//! It does what people do: it presses what has a name, types, and reads what stands there. It starts the programs, and uses no
//! door made for tests: sign-in goes through Chromium, which gets its addresses from the console's documented `--browser`
//! command. It runs on whatever screen `DISPLAY` names; the virtual one is `scripts/screenless.sh`'s business.

pub mod admin;
pub mod agent;
pub mod approver;
pub mod browser;
pub mod child;
pub mod console;
pub mod desktop;
pub mod diary;
pub mod fault;
pub mod locate;
pub mod looks;
pub mod measure;
pub mod page;
pub mod secrets;
pub mod stage;
mod steps;

pub use fault::Fault;
pub use stage::Options;
pub use steps::play;

/// What a step gives.
pub type Done<T = ()> = Result<T, Fault>;
