//! `aws_route_table_association`

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{
    RouteTable as SdkTable, RouteTableAssociation as SdkAssociation, RouteTableAssociationStateCode,
};

use super::{filter, gone_unless_seen, route_table};
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::{Change, Found, New, Query, Resource, Tags};
use crate::base::Id;
use crate::provider::{Error, ErrorClass, Goal, Poll};
use crate::schema::typed::AwsRouteTableAssociation;

/// That a subnet or gateway uses a route table.
pub struct RouteTableAssociation;

/// The filter that finds a table by one of its associations.
const BY_ID: &str = "association.route-table-association-id";

impl Resource for RouteTableAssociation {
    type Spec = AwsRouteTableAssociation;

    async fn list(aws: &Regional, query: &Query<'_>) -> Result<Vec<Found<Self::Spec>>, Error> {
        let owned = route_table::owned(aws, query).await?;
        let mut found: Vec<_> = owned.iter().flat_map(associations).collect();
        let unseen = query.known.iter().filter(|id| found.iter().all(|object| object.id != **id));
        let unseen: Vec<_> = unseen.map(Id::as_str).collect();
        if !unseen.is_empty() {
            let tables = route_table::describe(aws, filter(BY_ID, unseen.clone())).await?;
            let known = tables.iter().flat_map(associations);
            let known: Vec<_> =
                known.filter(|object| unseen.contains(&object.id.as_str())).collect();
            found.extend(known);
        }
        Ok(found)
    }

    async fn read(aws: &Regional, id: &Id) -> Result<Option<Found<Self::Spec>>, Error> {
        // An import names both ends: subnet-1/rtb-1.
        if let Some((end, table)) = id.as_str().split_once('/') {
            let tables = route_table::describe(aws, filter("route-table-id", [table])).await?;
            let is_end = |object: &Found<Self::Spec>| {
                let ends = [&object.spec.subnet_id, &object.spec.gateway_id];
                ends.into_iter().any(|text| text.as_deref() == Some(end))
            };
            return Ok(tables.iter().flat_map(associations).find(is_end));
        }
        let tables = route_table::describe(aws, filter(BY_ID, [id.as_str()])).await?;
        Ok(tables.iter().flat_map(associations).find(|object| object.id == *id))
    }

    async fn create(aws: &Regional, new: &New<Self::Spec>) -> Result<Id, Error> {
        let spec = &new.spec;
        let call = aws
            .ec2()
            .associate_route_table()
            .route_table_id(&spec.route_table_id)
            .set_subnet_id(spec.subnet_id.clone())
            .set_gateway_id(spec.gateway_id.clone());
        let created = call.send().await.op("ec2:AssociateRouteTable")?;
        Ok(Id::new(created.association_id.unwrap_or_default()))
    }

    /// Moves the subnet to another table without a moment in between. AWS names the association anew.
    async fn update(aws: &Regional, id: &Id, change: &Change<Self::Spec>) -> Result<(), Error> {
        if change.prior.route_table_id == change.planned.route_table_id {
            return Ok(());
        }
        let call = aws.ec2().replace_route_table_association().association_id(id.as_str());
        let call = call.route_table_id(&change.planned.route_table_id);
        call.send().await.op("ec2:ReplaceRouteTableAssociation")?;
        Ok(())
    }

    async fn delete(aws: &Regional, id: &Id, _prior: &Self::Spec) -> Result<(), Error> {
        let call = aws.ec2().disassociate_route_table().association_id(id.as_str());
        call.send().await.op("ec2:DisassociateRouteTable")?;
        Ok(())
    }

    async fn find(aws: &Regional, new: &New<Self::Spec>) -> Result<Vec<Found<Self::Spec>>, Error> {
        let (name, end) = match (&new.spec.subnet_id, &new.spec.gateway_id) {
            (Some(subnet), _) => ("association.subnet-id", subnet),
            (None, Some(gateway)) => ("association.gateway-id", gateway),
            (None, None) => return Ok(Vec::new()),
        };
        let tables = route_table::describe(aws, filter(name, [end.as_str()])).await?;
        let is_end = |object: &Found<Self::Spec>| {
            object.spec.subnet_id.as_ref() == Some(end)
                || object.spec.gateway_id.as_ref() == Some(end)
        };
        let found: Vec<_> = tables.iter().flat_map(associations).filter(is_end).collect();
        if let Some(other) =
            found.iter().find(|object| object.spec.route_table_id != new.spec.route_table_id)
        {
            let table = &other.spec.route_table_id;
            let message = format!("{end} already uses the route table {table} ({})", other.id);
            return Err(Error::new(ErrorClass::Invalid, "ec2:AssociateRouteTable", message));
        }
        Ok(found)
    }

    async fn poll(aws: &Regional, ids: &[Id], goal: Goal) -> Result<BTreeMap<Id, Poll>, Error> {
        let tables = route_table::describe(aws, filter(BY_ID, ids.iter().map(Id::as_str))).await?;
        let all = tables.iter().flat_map(SdkTable::associations);
        let wanted = all
            .filter(|a| ids.iter().any(|id| a.route_table_association_id() == Some(id.as_str())));
        Ok(gone_unless_seen(
            ids,
            wanted.map(|association| {
                let id = Id::new(association.route_table_association_id().unwrap_or_default());
                (id, progress(association, goal))
            }),
        ))
    }
}

fn progress(association: &SdkAssociation, goal: Goal) -> Poll {
    use RouteTableAssociationStateCode as State;
    let state = association.association_state();
    match state.and_then(|state| state.state()) {
        Some(State::Disassociated) => Poll::Gone,
        Some(State::Failed) => {
            let why = state.and_then(|state| state.status_message()).unwrap_or("failed");
            Poll::Failed(why.into())
        }
        Some(State::Associated) | None if goal != Goal::Deleted => Poll::Ready,
        state => Poll::Pending(state.map_or("disassociating", State::as_str).into()),
    }
}

/// The associations of a table with subnets and gateways; the one with the VPC itself is another type's.
fn associations(table: &SdkTable) -> Vec<Found<AwsRouteTableAssociation>> {
    let explicit =
        table.associations().iter().filter(|association| !association.main().unwrap_or_default());
    let present = explicit.filter(|association| {
        let state = association.association_state().and_then(|state| state.state());
        state != Some(&RouteTableAssociationStateCode::Disassociated)
    });
    present
        .map(|association| {
            let spec = AwsRouteTableAssociation {
                gateway_id: association.gateway_id.clone(),
                route_table_id: association.route_table_id.clone().unwrap_or_default(),
                subnet_id: association.subnet_id.clone(),
                ..AwsRouteTableAssociation::default()
            };
            let id = association.route_table_association_id.clone().unwrap_or_default();
            Found::ready(id, spec, Tags::new())
        })
        .collect()
}
