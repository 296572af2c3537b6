//! The real cloud, on the official SDK: one folder per service, one file per resource type.
//!
//! A type's file says what data cannot: how it is listed, read, created, updated, deleted and waited for. Everything
//! that types share is written once, here: sessions and clients ([`Regional`]), error classes, ownership tags,
//! remembered bulk reads, and the adapter from typed resources to [`crate::provider`].

mod autoscaling;
mod cloud;
mod cloudwatch;
mod data;
mod ec2;
mod elbv2;
mod error;
mod iam;
mod memo;
mod rds;
mod regional;
mod registry;
mod resource;
mod secretsmanager;
mod settings;
mod ssm;

pub use cloud::Aws;

/// A number of the schema as the SDK takes it; what does not fit is out of every range of AWS's anyway.
fn small(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
