//! `aws_route_table`, and the one bulk read that tables, routes and associations share.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{Filter, ResourceType, Route, RouteOrigin, RouteTable as SdkTable};
use futures_util::future::try_join_all;

use super::route::{self, Destination};
use super::{Ids, filter, retag, tag_specification, tagged, tags_of, with_known};
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::{Change, Found, New, Query, Resource, TagChange};
use crate::base::Id;
use crate::provider::Error;
use crate::schema::typed::{AwsRoute, AwsRouteTable, AwsRouteTableRoute};

/// How many tables a page holds; the call's own maximum.
const PAGE: i32 = 100;

/// A route table with the routes that are written in it.
pub struct RouteTable;

impl Resource for RouteTable {
    type Spec = AwsRouteTable;

    async fn list(aws: &Regional, query: &Query<'_>) -> Result<Vec<Found<AwsRouteTable>>, Error> {
        let tables = owned(aws, query, query.known.iter().map(Id::as_str)).await?;
        try_join_all(tables.into_iter().map(|table| found(aws, table))).await
    }

    async fn read(aws: &Regional, id: &Id) -> Result<Option<Found<AwsRouteTable>>, Error> {
        match describe(aws, filter("route-table-id", [id.as_str()])).await?.pop() {
            Some(table) => Ok(Some(found(aws, table).await?)),
            None => Ok(None),
        }
    }

    /// Makes the table alone; the engine then converges, which adds its routes.
    async fn create(aws: &Regional, new: &New<AwsRouteTable>) -> Result<Id, Error> {
        let tags = tag_specification(ResourceType::RouteTable, &new.tags);
        let call = aws
            .ec2()
            .create_route_table()
            .client_token(&new.token)
            .vpc_id(&new.spec.vpc_id)
            .set_tag_specifications(tags.map(|t| vec![t]));
        let created = call.send().await.op("ec2:CreateRouteTable")?;
        Ok(Id::new(created.route_table.and_then(|table| table.route_table_id).unwrap_or_default()))
    }

    async fn update(aws: &Regional, id: &Id, change: &Change<AwsRouteTable>) -> Result<(), Error> {
        let Change { prior, planned } = change;
        for gateway in
            prior.propagating_vgws.iter().filter(|g| !planned.propagating_vgws.contains(g))
        {
            let call = aws.ec2().disable_vgw_route_propagation().route_table_id(id.as_str());
            call.gateway_id(gateway).send().await.op("ec2:DisableVgwRoutePropagation")?;
        }
        for gateway in
            planned.propagating_vgws.iter().filter(|g| !prior.propagating_vgws.contains(g))
        {
            let call = aws.ec2().enable_vgw_route_propagation().route_table_id(id.as_str());
            call.gateway_id(gateway).send().await.op("ec2:EnableVgwRoutePropagation")?;
        }
        let by_destination = |routes: &[AwsRouteTableRoute]| -> BTreeMap<Destination, AwsRoute> {
            let routes = routes.iter().map(|route| as_resource(id, route));
            routes.filter_map(|route| Some((Destination::of(&route)?, route))).collect()
        };
        let (before, after) = (by_destination(&prior.route), by_destination(&planned.route));
        for (destination, _) in
            before.iter().filter(|(destination, _)| !after.contains_key(destination))
        {
            route::delete(aws, id.as_str(), destination).await?;
        }
        for (destination, wanted) in &after {
            match before.get(destination) {
                Some(present) if present == wanted => {}
                Some(_) => route::replace(aws, wanted).await?,
                None => route::create(aws, wanted).await?,
            }
        }
        Ok(())
    }

    async fn delete(aws: &Regional, id: &Id, _prior: &AwsRouteTable) -> Result<(), Error> {
        aws.ec2()
            .delete_route_table()
            .route_table_id(id.as_str())
            .send()
            .await
            .op("ec2:DeleteRouteTable")?;
        Ok(())
    }

    async fn retag(aws: &Regional, id: &Id, tags: &TagChange) -> Result<(), Error> {
        retag(aws, id.as_str(), tags).await
    }
}

/// The stack's route tables with their routes and associations, read once for all the types that need them, and those
/// of `known`.
pub(super) async fn owned(
    aws: &Regional,
    query: &Query<'_>,
    known: impl Iterator<Item = &str>,
) -> Result<Vec<SdkTable>, Error> {
    let describe = |filter| describe(aws, filter);
    let tagged = tagged(aws, query, "ec2:DescribeRouteTables", describe).await?;
    let ids = Ids { filter: "route-table-id", of: SdkTable::route_table_id };
    with_known(tagged, known, &ids, describe).await
}

pub(super) async fn describe(aws: &Regional, filter: Filter) -> Result<Vec<SdkTable>, Error> {
    let pages =
        aws.ec2().describe_route_tables().filters(filter).into_paginator().page_size(PAGE).items();
    pages.send().collect::<Result<_, _>>().await.op("ec2:DescribeRouteTables")
}

async fn found(aws: &Regional, table: SdkTable) -> Result<Found<AwsRouteTable>, Error> {
    let tags = tags_of(table.tags());
    let id = table.route_table_id.unwrap_or_default();
    let gateways = table.propagating_vgws.unwrap_or_default();
    let spec = AwsRouteTable {
        arn: Some(aws.arn("ec2", &format!("route-table/{id}")).await?),
        owner_id: table.owner_id,
        propagating_vgws: gateways.into_iter().filter_map(|gateway| gateway.gateway_id).collect(),
        route: table
            .routes
            .unwrap_or_default()
            .into_iter()
            .filter(is_written)
            .map(inline)
            .collect(),
        vpc_id: table.vpc_id.unwrap_or_default(),
        ..AwsRouteTable::default()
    };
    Ok(Found::ready(id, spec, tags))
}

/// Whether somebody wrote the route, rather than AWS itself or a gateway that propagates.
fn is_written(route: &Route) -> bool {
    let local =
        route.gateway_id() == Some("local") && route.origin != Some(RouteOrigin::CreateRoute);
    let endpoint = route.destination_prefix_list_id.is_some()
        && route.gateway_id().is_some_and(|gateway| gateway.starts_with("vpce-"));
    !local && !endpoint && route.origin != Some(RouteOrigin::EnableVgwRoutePropagation)
}

/// A route in the form that it has within a table's own block.
fn inline(route: Route) -> AwsRouteTableRoute {
    let spec = route::spec("", route);
    AwsRouteTableRoute {
        carrier_gateway_id: spec.carrier_gateway_id,
        cidr_block: spec.destination_cidr_block,
        core_network_arn: spec.core_network_arn,
        destination_prefix_list_id: spec.destination_prefix_list_id,
        egress_only_gateway_id: spec.egress_only_gateway_id,
        gateway_id: spec.gateway_id,
        ipv6_cidr_block: spec.destination_ipv6_cidr_block,
        local_gateway_id: spec.local_gateway_id,
        nat_gateway_id: spec.nat_gateway_id,
        network_interface_id: spec.network_interface_id,
        transit_gateway_id: spec.transit_gateway_id,
        vpc_endpoint_id: spec.vpc_endpoint_id,
        vpc_peering_connection_id: spec.vpc_peering_connection_id,
    }
}

/// A route of a table's own block in the form of a resource; empty texts count as unset.
fn as_resource(table: &Id, route: &AwsRouteTableRoute) -> AwsRoute {
    let set = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    AwsRoute {
        route_table_id: table.to_string(),
        carrier_gateway_id: set(&route.carrier_gateway_id),
        core_network_arn: set(&route.core_network_arn),
        destination_cidr_block: set(&route.cidr_block),
        destination_ipv6_cidr_block: set(&route.ipv6_cidr_block),
        destination_prefix_list_id: set(&route.destination_prefix_list_id),
        egress_only_gateway_id: set(&route.egress_only_gateway_id),
        gateway_id: set(&route.gateway_id),
        local_gateway_id: set(&route.local_gateway_id),
        nat_gateway_id: set(&route.nat_gateway_id),
        network_interface_id: set(&route.network_interface_id),
        transit_gateway_id: set(&route.transit_gateway_id),
        vpc_endpoint_id: set(&route.vpc_endpoint_id),
        vpc_peering_connection_id: set(&route.vpc_peering_connection_id),
        ..AwsRoute::default()
    }
}
