//! The contract as others get it: what a change breaks and for whom, JSON Schemas of an older draft, an AsyncAPI
//! document, what a schema registry is told, and who must be allowed what on a broker.
//!
//! Everything here is pure: from the schemas of `events-schema`, or two sets of them, to a document or a verdict. Files
//! and HTTP are the callers'.
#![forbid(unsafe_code)]

pub mod acl;
mod asyncapi;
mod channels;
mod compare;
mod draft7;
mod registry;
mod release;
mod shape;
mod strangers;

pub use asyncapi::asyncapi;
pub use compare::{Break, Change, Side, compare};
pub use draft7::draft7;
pub use registry::{Compatibility, MEDIA_TYPE, Registration, registrations};
pub use release::{Broken, NoSchema, Release, broken};
pub use strangers::strangers;
