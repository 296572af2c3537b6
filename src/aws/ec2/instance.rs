//! `aws_instance`

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{Filter, Instance as SdkInstance, InstanceStateName as State};

use super::{Ids, PAGE, filter, gone_unless_seen, owned, retag};
use super::{instance_launch, instance_read, instance_update};
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::{Change, Found, New, Query, Resource, TagChange};
use crate::base::Id;
use crate::provider::{Error, Goal, Poll};
use crate::schema::typed::AwsInstance;

/// A machine.
pub struct Instance;

impl Resource for Instance {
    type Spec = AwsInstance;

    async fn list(aws: &Regional, query: &Query<'_>) -> Result<Vec<Found<AwsInstance>>, Error> {
        let ids = Ids { filter: "instance-id", of: SdkInstance::instance_id };
        let instances = owned(query, &ids, |filter| describe(aws, filter)).await?;
        Box::pin(instance_read::found(aws, instances)).await
    }

    async fn read(aws: &Regional, id: &Id) -> Result<Option<Found<AwsInstance>>, Error> {
        let instances = describe(aws, filter("instance-id", [id.as_str()])).await?;
        Ok(Box::pin(instance_read::found(aws, instances)).await?.pop())
    }

    async fn create(aws: &Regional, new: &New<AwsInstance>) -> Result<Id, Error> {
        instance_launch::launch(aws, new).await
    }

    async fn update(aws: &Regional, id: &Id, change: &Change<AwsInstance>) -> Result<(), Error> {
        instance_update::update(aws, id, change).await
    }

    /// A persistent spot request would launch another instance: it is cancelled first.
    async fn delete(aws: &Regional, id: &Id, prior: &AwsInstance) -> Result<(), Error> {
        if prior.force_destroy.unwrap_or_default() {
            instance_update::unprotect(aws, id).await?;
        }
        if let Some(request) = prior.spot_instance_request_id.as_deref().filter(|r| !r.is_empty()) {
            let call = aws.ec2().cancel_spot_instance_requests();
            let call = call.spot_instance_request_ids(request);
            call.send().await.op("ec2:CancelSpotInstanceRequests")?;
        }
        let call = aws.ec2().terminate_instances().instance_ids(id.as_str());
        call.send().await.op("ec2:TerminateInstances")?;
        Ok(())
    }

    async fn poll(aws: &Regional, ids: &[Id], goal: Goal) -> Result<BTreeMap<Id, Poll>, Error> {
        let instances = describe(aws, filter("instance-id", ids.iter().map(Id::as_str))).await?;
        let seen = instances.into_iter().map(|instance| {
            let poll = progress(&instance, goal);
            (Id::new(instance.instance_id.unwrap_or_default()), poll)
        });
        Ok(gone_unless_seen(ids, seen))
    }

    async fn retag(aws: &Regional, id: &Id, tags: &TagChange) -> Result<(), Error> {
        retag(aws, id.as_str(), tags).await
    }
}

/// Instances, by a filter; terminated ones among them.
pub(super) async fn describe(aws: &Regional, filter: Filter) -> Result<Vec<SdkInstance>, Error> {
    let call = aws.ec2().describe_instances().filters(filter).max_results(PAGE);
    let pages = call.into_paginator().items();
    let reservations: Vec<_> =
        pages.send().collect::<Result<_, _>>().await.op("ec2:DescribeInstances")?;
    Ok(reservations.into_iter().flat_map(|r| r.instances.unwrap_or_default()).collect())
}

/// What an instance is doing.
pub(super) fn state(instance: &SdkInstance) -> State {
    let state = instance.state().and_then(|state| state.name()).cloned();
    state.unwrap_or(State::Pending)
}

fn progress(instance: &SdkInstance, goal: Goal) -> Poll {
    match (state(instance), goal) {
        (State::Terminated, Goal::Deleted) => Poll::Gone,
        (State::Running | State::Stopped, Goal::Created | Goal::Updated) => Poll::Ready,
        (state @ (State::Terminated | State::ShuttingDown), Goal::Created | Goal::Updated) => {
            let why = instance.state_reason().and_then(|reason| reason.message());
            let why = why.unwrap_or("no reason given");
            Poll::Failed(format!("{}: {why}", state.as_str()).into())
        }
        (state, _) => Poll::Pending(state.as_str().into()),
    }
}
