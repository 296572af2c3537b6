//! `aws_route`

use aws_sdk_ec2::types::{Route as SdkRoute, RouteTable as SdkTable};

use super::{filter, route_table};
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::{Change, Found, New, Query, Resource, Tags};
use crate::base::Id;
use crate::provider::Error;
use crate::schema::typed::AwsRoute;

/// A route of a route table.
pub struct Route;

/// Where a route leads to: what tells it from the others of its table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Destination {
    Ipv4(String),
    Ipv6(String),
    PrefixList(String),
}

impl Destination {
    /// The destination of a route; none where it has none, which validation has refused.
    pub(super) fn of(route: &AwsRoute) -> Option<Self> {
        let (ipv4, ipv6) = (&route.destination_cidr_block, &route.destination_ipv6_cidr_block);
        ipv4.clone()
            .map(Self::Ipv4)
            .or_else(|| ipv6.clone().map(Self::Ipv6))
            .or_else(|| route.destination_prefix_list_id.clone().map(Self::PrefixList))
    }

    fn text(&self) -> &str {
        match self {
            Self::Ipv4(text) | Self::Ipv6(text) | Self::PrefixList(text) => text,
        }
    }

    fn of_text(text: &str) -> Self {
        if text.starts_with("pl-") {
            Self::PrefixList(text.to_owned())
        } else if text.contains(':') {
            Self::Ipv6(text.to_owned())
        } else {
            Self::Ipv4(text.to_owned())
        }
    }
}

impl Resource for Route {
    type Spec = AwsRoute;

    async fn list(aws: &Regional, query: &Query<'_>) -> Result<Vec<Found<AwsRoute>>, Error> {
        let of_known = query.known.iter().filter_map(|id| table_of(id.as_str()));
        let tables = route_table::owned(aws, query, of_known).await?;
        Ok(tables.into_iter().flat_map(routes).collect())
    }

    async fn read(aws: &Regional, id: &Id) -> Result<Option<Found<AwsRoute>>, Error> {
        // An import names the destination itself: rtb-1_10.0.0.0/8.
        let (table, destination) = match id.as_str().split_once('_') {
            Some((table, destination)) => (table, Some(Destination::of_text(destination))),
            None => (table_of(id.as_str()).unwrap_or_default(), None),
        };
        let tables = route_table::describe(aws, filter("route-table-id", [table])).await?;
        Ok(tables.into_iter().flat_map(routes).find(|route| match &destination {
            Some(destination) => Destination::of(&route.spec).as_ref() == Some(destination),
            None => route.id == *id,
        }))
    }

    async fn create(aws: &Regional, new: &New<AwsRoute>) -> Result<Id, Error> {
        create(aws, &new.spec).await?;
        Ok(id_of(&new.spec))
    }

    async fn update(aws: &Regional, _id: &Id, change: &Change<AwsRoute>) -> Result<(), Error> {
        replace(aws, &change.planned).await
    }

    async fn delete(aws: &Regional, _id: &Id, prior: &AwsRoute) -> Result<(), Error> {
        match Destination::of(prior) {
            Some(destination) => delete(aws, &prior.route_table_id, &destination).await,
            None => Ok(()),
        }
    }

    async fn find(aws: &Regional, new: &New<AwsRoute>) -> Result<Vec<Found<AwsRoute>>, Error> {
        Ok(Self::read(aws, &id_of(&new.spec)).await?.into_iter().collect())
    }
}

/// `r-{route table}{crc32 of the destination}`, as Terraform has it.
fn id_of(route: &AwsRoute) -> Id {
    let destination = Destination::of(route);
    let mut crc = flate2::Crc::new();
    crc.update(destination.as_ref().map_or("", Destination::text).as_bytes());
    Id::new(format!("r-{}{}", route.route_table_id, crc.sum()))
}

/// The route table that an id begins with: `rtb-` and 8 or 17 hexadecimal digits.
fn table_of(id: &str) -> Option<&str> {
    let table = id.strip_prefix("r-")?;
    let digits = table.strip_prefix("rtb-")?;
    let length = if digits.len() > 17 { 17 } else { 8 };
    table.get(.."rtb-".len() + length)
}

fn routes(table: SdkTable) -> Vec<Found<AwsRoute>> {
    let id = table.route_table_id.unwrap_or_default();
    let routes = table.routes.unwrap_or_default().into_iter();
    let specs = routes.map(|route| spec(&id, route));
    specs.map(|spec| Found::ready(id_of(&spec), spec, Tags::new())).collect()
}

/// A route of `table` as the schema has it.
pub(super) fn spec(table: &str, route: SdkRoute) -> AwsRoute {
    let (gateway, endpoint) = match route.gateway_id {
        Some(id) if id.starts_with("vpce-") => (None, Some(id)),
        id => (id, None),
    };
    AwsRoute {
        route_table_id: table.to_owned(),
        carrier_gateway_id: route.carrier_gateway_id,
        core_network_arn: route.core_network_arn,
        destination_cidr_block: route.destination_cidr_block,
        destination_ipv6_cidr_block: route.destination_ipv6_cidr_block,
        destination_prefix_list_id: route.destination_prefix_list_id,
        egress_only_gateway_id: route.egress_only_internet_gateway_id,
        gateway_id: gateway,
        instance_id: route.instance_id,
        instance_owner_id: route.instance_owner_id,
        local_gateway_id: route.local_gateway_id,
        nat_gateway_id: route.nat_gateway_id,
        network_interface_id: route.network_interface_id,
        origin: route.origin.map(|origin| origin.as_str().to_owned()),
        state: route.state.map(|state| state.as_str().to_owned()),
        transit_gateway_id: route.transit_gateway_id,
        vpc_endpoint_id: endpoint,
        vpc_peering_connection_id: route.vpc_peering_connection_id,
        ..AwsRoute::default()
    }
}

/// Fills in where a route leads to and through what; creating and replacing take the same fields.
macro_rules! fill {
    ($call:expr, $route:ident) => {
        $call
            .route_table_id(&$route.route_table_id)
            .set_carrier_gateway_id($route.carrier_gateway_id.clone())
            .set_core_network_arn($route.core_network_arn.clone())
            .set_destination_cidr_block($route.destination_cidr_block.clone())
            .set_destination_ipv6_cidr_block($route.destination_ipv6_cidr_block.clone())
            .set_destination_prefix_list_id($route.destination_prefix_list_id.clone())
            .set_egress_only_internet_gateway_id($route.egress_only_gateway_id.clone())
            .set_gateway_id($route.gateway_id.clone())
            .set_local_gateway_id($route.local_gateway_id.clone())
            .set_nat_gateway_id($route.nat_gateway_id.clone())
            .set_network_interface_id($route.network_interface_id.clone())
            .set_transit_gateway_id($route.transit_gateway_id.clone())
            .set_vpc_endpoint_id($route.vpc_endpoint_id.clone())
            .set_vpc_peering_connection_id($route.vpc_peering_connection_id.clone())
    };
}

/// Writes a route that is not there.
pub(super) async fn create(aws: &Regional, route: &AwsRoute) -> Result<(), Error> {
    fill!(aws.ec2().create_route(), route).send().await.op("ec2:CreateRoute")?;
    Ok(())
}

/// Leads a route that is there through something else.
pub(super) async fn replace(aws: &Regional, route: &AwsRoute) -> Result<(), Error> {
    // AWS reports the interface of an instance or gateway along with it, but takes only one of them.
    let interface = route.network_interface_id.clone().filter(|_| {
        route.nat_gateway_id.is_none()
            && route.gateway_id.is_none()
            && route.transit_gateway_id.is_none()
    });
    let call = fill!(aws.ec2().replace_route(), route).set_network_interface_id(interface);
    call.send().await.op("ec2:ReplaceRoute")?;
    Ok(())
}

/// Takes a route out of its table.
pub(super) async fn delete(
    aws: &Regional,
    table: &str,
    destination: &Destination,
) -> Result<(), Error> {
    let call = aws.ec2().delete_route().route_table_id(table);
    let call = match destination {
        Destination::Ipv4(block) => call.destination_cidr_block(block),
        Destination::Ipv6(block) => call.destination_ipv6_cidr_block(block),
        Destination::PrefixList(list) => call.destination_prefix_list_id(list),
    };
    call.send().await.op("ec2:DeleteRoute")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_terraforms_and_lead_back_to_the_table() {
        for (table, destination, id) in [
            ("rtb-4fbb3ac4", "10.42.0.0/16", "r-rtb-4fbb3ac44179747180"),
            ("rtb-0a1b2c3d4e5f60718", "0.0.0.0/0", "r-rtb-0a1b2c3d4e5f607181080289494"),
        ] {
            let route = AwsRoute {
                route_table_id: table.to_owned(),
                destination_cidr_block: Some(destination.to_owned()),
                ..AwsRoute::default()
            };
            assert_eq!(table_of(id_of(&route).as_str()), Some(table));
            assert!(id_of(&route).as_str().starts_with(&id[..table.len() + 2]));
        }
        assert_eq!(
            id_of(&AwsRoute {
                route_table_id: "rtb-0a1b2c3d4e5f60718".to_owned(),
                destination_cidr_block: Some("0.0.0.0/0".to_owned()),
                ..AwsRoute::default()
            }),
            "r-rtb-0a1b2c3d4e5f607181080289494"
        );
    }
}
