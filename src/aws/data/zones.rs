//! `aws_availability_zones`

use super::{Source, filters};
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::provider::Error;
use crate::schema::typed::data::AwsAvailabilityZones;

/// The availability zones of a region, sorted by name.
pub struct Zones;

impl Source for Zones {
    type Spec = AwsAvailabilityZones;

    async fn read(aws: &Regional, config: Self::Spec) -> Result<Self::Spec, Error> {
        let state = config.state.clone().filter(|state| !state.is_empty());
        let state = state.map(|state| ("state".to_owned(), vec![state]));
        let given = config.filter.iter().map(|filter| (&filter.name, &filter.values));
        let call = aws
            .ec2()
            .describe_availability_zones()
            .set_all_availability_zones(config.all_availability_zones)
            .set_filters(filters(given, state.as_slice()));
        let answer = call.send().await.op("ec2:DescribeAvailabilityZones")?;
        let mut zones = answer.availability_zones.unwrap_or_default();
        zones.retain(|zone| {
            let is = |list: &[String], text: Option<&str>| {
                list.iter().any(|item| Some(item.as_str()) == text)
            };
            !is(&config.exclude_names, zone.zone_name())
                && !is(&config.exclude_zone_ids, zone.zone_id())
        });
        zones.sort_by(|a, b| a.zone_name().cmp(&b.zone_name()));
        let mut groups: Vec<_> = zones.iter().filter_map(|zone| zone.group_name.clone()).collect();
        groups.sort_unstable();
        groups.dedup();
        Ok(AwsAvailabilityZones {
            group_names: groups,
            id: Some(aws.region().to_string()),
            names: zones.iter().filter_map(|zone| zone.zone_name.clone()).collect(),
            region: Some(aws.region().to_string()),
            zone_ids: zones.iter().filter_map(|zone| zone.zone_id.clone()).collect(),
            ..config
        })
    }
}
