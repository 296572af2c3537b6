//! `aws_route_table_association`

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{
    RouteTable as SdkTable, RouteTableAssociation as SdkAssociation, RouteTableAssociationStateCode,
};

use super::{batches, gone_unless_seen, route_table};
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::{Change, Found, New, Query, Resource, Tags};
use crate::base::Id;
use crate::provider::{Error, ErrorClass, Goal, Poll};
use crate::schema::typed::AwsRouteTableAssociation;

/// That a subnet or gateway uses a route table.
///
/// It is found by its subnet or gateway, which has one association at most: AWS gives it another id, the `id` attribute,
/// whenever the table changes. <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReplaceRouteTableAssociation.html>
pub struct RouteTableAssociation;

impl Resource for RouteTableAssociation {
    type Spec = AwsRouteTableAssociation;

    async fn list(aws: &Regional, query: &Query<'_>) -> Result<Vec<Found<Self::Spec>>, Error> {
        let owned = route_table::owned(aws, query, std::iter::empty()).await?;
        let mut found: Vec<_> = owned.iter().flat_map(associations).collect();
        let unseen = query.known.iter().filter(|id| found.iter().all(|object| object.id != **id));
        let unseen: Vec<Id> = unseen.cloned().collect();
        if !unseen.is_empty() {
            found.extend(of_ends(aws, &unseen).await?);
        }
        Ok(found)
    }

    async fn read(aws: &Regional, id: &Id) -> Result<Option<Found<Self::Spec>>, Error> {
        // An import names both ends: subnet-1/rtb-1.
        let (end, table) = match id.as_str().split_once('/') {
            Some((end, table)) => (Id::new(end), Some(table)),
            None => (id.clone(), None),
        };
        let found = of_ends(aws, &[end]).await?.pop();
        Ok(found.filter(|found| table.is_none_or(|table| found.spec.route_table_id == table)))
    }

    async fn create(aws: &Regional, new: &New<Self::Spec>) -> Result<Id, Error> {
        let spec = &new.spec;
        let call = aws
            .ec2()
            .associate_route_table()
            .route_table_id(&spec.route_table_id)
            .set_subnet_id(spec.subnet_id.clone())
            .set_gateway_id(spec.gateway_id.clone());
        call.send().await.op("ec2:AssociateRouteTable")?;
        Ok(end_of(spec))
    }

    /// Moves the subnet to another table without a moment in between. AWS names the association anew.
    async fn update(aws: &Regional, _id: &Id, change: &Change<Self::Spec>) -> Result<(), Error> {
        if change.prior.route_table_id == change.planned.route_table_id {
            return Ok(());
        }
        let call = aws.ec2().replace_route_table_association();
        let call = call.set_association_id(change.prior.id.clone());
        let call = call.route_table_id(&change.planned.route_table_id);
        call.send().await.op("ec2:ReplaceRouteTableAssociation")?;
        Ok(())
    }

    async fn delete(aws: &Regional, _id: &Id, prior: &Self::Spec) -> Result<(), Error> {
        let call = aws.ec2().disassociate_route_table().set_association_id(prior.id.clone());
        call.send().await.op("ec2:DisassociateRouteTable")?;
        Ok(())
    }

    async fn find(aws: &Regional, new: &New<Self::Spec>) -> Result<Vec<Found<Self::Spec>>, Error> {
        let end = end_of(&new.spec);
        let found = of_ends(aws, std::slice::from_ref(&end)).await?;
        if let Some(other) =
            found.iter().find(|object| object.spec.route_table_id != new.spec.route_table_id)
        {
            let (table, id) = (&other.spec.route_table_id, other.spec.id.as_deref());
            let id = id.unwrap_or_default();
            let message = format!("{end} already uses the route table {table} ({id})");
            return Err(Error::new(ErrorClass::Invalid, "ec2:AssociateRouteTable", message));
        }
        Ok(found)
    }

    async fn poll(aws: &Regional, ids: &[Id], goal: Goal) -> Result<BTreeMap<Id, Poll>, Error> {
        let tables = tables_of(aws, ids).await?;
        let all = tables.iter().flat_map(explicit);
        let wanted = all.map(|association| (end(association), association));
        let wanted = wanted.filter(|(end, _)| ids.contains(end));
        Ok(gone_unless_seen(
            ids,
            wanted.map(|(end, association)| (end, progress(association, goal))),
        ))
    }
}

/// The tables that subnets and gateways use.
async fn tables_of(aws: &Regional, ends: &[Id]) -> Result<Vec<SdkTable>, Error> {
    let (subnets, gateways): (Vec<&str>, Vec<&str>) =
        ends.iter().map(Id::as_str).partition(|end| end.starts_with("subnet-"));
    let mut tables = Vec::new();
    for (name, ends) in [("association.subnet-id", subnets), ("association.gateway-id", gateways)] {
        for filter in batches(name, &ends) {
            tables.extend(route_table::describe(aws, filter).await?);
        }
    }
    Ok(tables)
}

/// The associations of subnets and gateways, as far as they have one.
async fn of_ends(
    aws: &Regional,
    ends: &[Id],
) -> Result<Vec<Found<AwsRouteTableAssociation>>, Error> {
    let tables = tables_of(aws, ends).await?;
    let found = tables.iter().flat_map(associations);
    Ok(found.filter(|object| ends.contains(&object.id)).collect())
}

/// The subnet or gateway that is to use the table.
fn end_of(spec: &AwsRouteTableAssociation) -> Id {
    Id::new(spec.subnet_id.as_ref().or(spec.gateway_id.as_ref()).cloned().unwrap_or_default())
}

/// The subnet or gateway of an association.
fn end(association: &SdkAssociation) -> Id {
    let end = association.subnet_id.as_ref().or(association.gateway_id.as_ref());
    Id::new(end.cloned().unwrap_or_default())
}

/// The associations of a table with subnets and gateways; the one with the VPC itself is another type's.
fn explicit(table: &SdkTable) -> impl Iterator<Item = &SdkAssociation> {
    table.associations().iter().filter(|association| !association.main().unwrap_or_default())
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

/// The associations of a table that are there.
fn associations(table: &SdkTable) -> Vec<Found<AwsRouteTableAssociation>> {
    let present = explicit(table).filter(|association| {
        let state = association.association_state().and_then(|state| state.state());
        state != Some(&RouteTableAssociationStateCode::Disassociated)
    });
    present
        .map(|association| {
            let spec = AwsRouteTableAssociation {
                gateway_id: association.gateway_id.clone(),
                id: association.route_table_association_id.clone(),
                route_table_id: association.route_table_id.clone().unwrap_or_default(),
                subnet_id: association.subnet_id.clone(),
                ..AwsRouteTableAssociation::default()
            };
            Found::ready(end(association), spec, Tags::new())
        })
        .collect()
}
