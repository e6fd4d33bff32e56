//! Families of cases, each written once for every scheme: a family asks a scheme for its usual
//! genuine request and changes one thing.

pub(super) mod bodies;
pub(super) mod changes;
pub(super) mod encodings;
pub(super) mod keys;
pub(super) mod labels;
pub(super) mod neighbours;
pub(super) mod received;
pub(super) mod repeated;
pub(super) mod rotation;
pub(super) mod spellings;
pub(super) mod wrong_macs;
