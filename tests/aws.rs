//! Every resource type and data source on LocalStack, through the engine and the real AWS SDK.
//!
//! `tests/localstack/run` starts LocalStack and sets `AWS_ENDPOINT_URL`; without it every test says that it is skipped.
//! Each test is a stack in an account of its own, so that they run side by side.

#[path = "aws/autoscaling.rs"]
mod autoscaling;
#[path = "aws/data.rs"]
mod data;
#[path = "aws/databases.rs"]
mod databases;
#[path = "aws/identity.rs"]
mod identity;
#[path = "aws/instances.rs"]
mod instances;
#[path = "aws/load_balancing.rs"]
mod load_balancing;
#[path = "aws/network.rs"]
mod network;
#[path = "aws/rules.rs"]
mod rules;
#[path = "aws/services.rs"]
mod services;
#[path = "aws/stage.rs"]
mod stage;
#[path = "aws/untold.rs"]
mod untold;
