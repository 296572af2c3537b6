//! The real cloud, on the official SDK: one folder per service, one file per resource type.
//!
//! A type's file says what data cannot: how it is listed, read, created, updated, deleted and waited for. Everything
//! that types share is written once, here: sessions and clients ([`Regional`]), error classes, ownership tags,
//! remembered bulk reads, and the adapter from typed resources to [`crate::provider`].

mod accounts;
mod autoscaling;
mod cloud;
mod cloudwatch;
mod credentials;
mod data;
mod ec2;
mod elbv2;
mod ephemeral;
mod error;
mod iam;
mod memo;
mod observer;
mod rds;
mod regional;
mod registry;
mod requirements;
mod resource;
mod secretsmanager;
mod settings;
mod ssm;

pub use cloud::Aws;
pub use settings::Options;

/// A number of the schema as the SDK takes it; what does not fit is out of every range of AWS's anyway.
fn small(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// A list as a call takes it; none where it is empty.
fn some<T: Clone>(list: &[T]) -> Option<Vec<T>> {
    (!list.is_empty()).then(|| list.to_vec())
}

/// A list of words as a call takes it, each as the SDK's enum; none where it is empty.
fn words<T: for<'a> From<&'a str>>(list: &[String]) -> Option<Vec<T>> {
    (!list.is_empty()).then(|| list.iter().map(|text| T::from(text.as_str())).collect())
}

/// The words of a list of the SDK's enums.
fn texts<T>(list: Option<Vec<T>>, text: fn(&T) -> &str) -> Vec<String> {
    list.unwrap_or_default().iter().map(|item| text(item).to_owned()).collect()
}
