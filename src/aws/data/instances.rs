//! `aws_instances`

use aws_sdk_ec2::types::Reservation;

use super::{Source, filters, tag_filters};
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::provider::Error;
use crate::schema::typed::data::AwsInstances;

/// The ids and addresses of instances.
pub struct Instances;

impl Source for Instances {
    type Spec = AwsInstances;

    async fn read(aws: &Regional, config: AwsInstances) -> Result<AwsInstances, Error> {
        let mut wanted = tag_filters(&config.instance_tags);
        let states = match config.instance_state_names.as_slice() {
            [] => vec!["running".to_owned()],
            states => states.to_vec(),
        };
        wanted.push(("instance-state-name".to_owned(), states));
        let given = config.filter.iter().map(|filter| (&filter.name, &filter.values));
        let call = aws.ec2().describe_instances();
        let call = call.set_filters(filters(given, &wanted));
        let pages = call.into_paginator().items();
        let reservations: Vec<Reservation> =
            pages.send().collect::<Result<_, _>>().await.op("ec2:DescribeInstances")?;
        let instances = reservations
            .into_iter()
            .flat_map(|reservation| reservation.instances.unwrap_or_default());
        let instances: Vec<_> = instances.collect();
        Ok(AwsInstances {
            id: Some(aws.region().to_string()),
            ids: instances.iter().filter_map(|instance| instance.instance_id.clone()).collect(),
            ipv6_addresses: instances
                .iter()
                .filter_map(|instance| instance.ipv6_address.clone())
                .collect(),
            private_ips: instances
                .iter()
                .filter_map(|instance| instance.private_ip_address.clone())
                .collect(),
            public_ips: instances
                .iter()
                .filter_map(|instance| instance.public_ip_address.clone())
                .collect(),
            region: Some(aws.region().to_string()),
            ..config
        })
    }
}
