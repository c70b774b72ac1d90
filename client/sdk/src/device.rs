//! What a device does: get its keys once, and a permit each epoch.

mod enroll;
mod error;
mod permit;
mod refresh;

pub use enroll::{enroll, Enrolled};
pub use error::{DeviceError, NodeAnswer};
pub(crate) use permit::ask as ask_permit;
pub use refresh::{refresh, PermitSource, Refreshed};
