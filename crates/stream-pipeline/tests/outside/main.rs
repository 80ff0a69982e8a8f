//! The crate as others see it: what it depends on, what is published, and programs outside of this workspace.

mod cargo;
mod dependencies;
mod package;
mod programs;
