//! `aws_ebs_volume`

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{
    Filter, ResourceType, SnapshotState, Volume, VolumeModificationState, VolumeState, VolumeType,
};
use aws_smithy_types::date_time::Format;

use super::{
    Ids, filter, gone_unless_seen, number, retag, set, small, tag_specification, tagged, tags_of,
    with_known,
};
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::{Change, Found, New, Query, Resource, TagChange};
use crate::base::Id;
use crate::plan::Status;
use crate::provider::{Error, ErrorClass, Goal, Poll, tags};
use crate::schema::typed::AwsEbsVolume;

/// How many volumes a page holds; the call's own maximum is 1,000, its recommended one this.
const PAGE: i32 = 500;

/// A disk.
pub struct EbsVolume;

impl Resource for EbsVolume {
    type Spec = AwsEbsVolume;

    async fn list(aws: &Regional, query: &Query<'_>) -> Result<Vec<Found<AwsEbsVolume>>, Error> {
        let volumes = owned(aws, query, query.known.iter().map(Id::as_str)).await?;
        let arn = aws.arn("ec2", "volume/").await?;
        Ok(volumes.into_iter().filter_map(|volume| found(&arn, volume)).collect())
    }

    async fn read(aws: &Regional, id: &Id) -> Result<Option<Found<AwsEbsVolume>>, Error> {
        let volume = describe(aws, filter("volume-id", [id.as_str()])).await?.pop();
        let arn = aws.arn("ec2", "volume/").await?;
        Ok(volume.and_then(|volume| found(&arn, volume)))
    }

    async fn create(aws: &Regional, new: &New<AwsEbsVolume>) -> Result<Id, Error> {
        let spec = &new.spec;
        let whole = |number: Option<i64>| number.filter(|number| *number > 0).map(small);
        let call = aws
            .ec2()
            .create_volume()
            .availability_zone(&spec.availability_zone)
            .client_token(&new.token)
            .set_encrypted(spec.encrypted.filter(|on| *on))
            .set_iops(whole(spec.iops))
            .set_kms_key_id(set(&spec.kms_key_id))
            .set_multi_attach_enabled(spec.multi_attach_enabled.filter(|on| *on))
            .set_outpost_arn(set(&spec.outpost_arn))
            .set_size(whole(spec.size))
            .set_snapshot_id(set(&spec.snapshot_id))
            .set_throughput(whole(spec.throughput))
            .set_volume_initialization_rate(whole(spec.volume_initialization_rate))
            .set_volume_type(set(&spec.r#type).as_deref().map(VolumeType::from))
            .set_tag_specifications(
                tag_specification(ResourceType::Volume, &new.tags).map(|tags| vec![tags]),
            );
        let created = call.send().await.op("ec2:CreateVolume")?;
        Ok(Id::new(created.volume_id.unwrap_or_default()))
    }

    async fn update(aws: &Regional, id: &Id, change: &Change<AwsEbsVolume>) -> Result<(), Error> {
        let shape = |spec: &AwsEbsVolume| Shape {
            kind: spec.r#type.clone(),
            size: spec.size,
            iops: spec.iops,
            throughput: spec.throughput,
        };
        modify(aws, id.as_str(), &shape(&change.prior), &shape(&change.planned)).await
    }

    async fn delete(aws: &Regional, id: &Id, prior: &AwsEbsVolume) -> Result<(), Error> {
        if prior.final_snapshot.unwrap_or_default() {
            final_snapshot(aws, id.as_str()).await?;
        }
        aws.ec2().delete_volume().volume_id(id.as_str()).send().await.op("ec2:DeleteVolume")?;
        Ok(())
    }

    async fn poll(aws: &Regional, ids: &[Id], goal: Goal) -> Result<BTreeMap<Id, Poll>, Error> {
        let volumes = describe(aws, filter("volume-id", ids.iter().map(Id::as_str))).await?;
        let seen = volumes.into_iter().map(|volume| {
            let poll = match volume.state {
                Some(VolumeState::Deleted) => Poll::Gone,
                Some(VolumeState::Error) => Poll::Failed("error".into()),
                Some(VolumeState::Available | VolumeState::InUse) if goal != Goal::Deleted => {
                    Poll::Ready
                }
                state => {
                    Poll::Pending(state.as_ref().map_or("creating", VolumeState::as_str).into())
                }
            };
            (Id::new(volume.volume_id.unwrap_or_default()), poll)
        });
        let mut answer = gone_unless_seen(ids, seen);
        if goal == Goal::Updated {
            answer.extend(modifications(aws, ids).await?);
        }
        Ok(answer)
    }

    async fn retag(aws: &Regional, id: &Id, tags: &TagChange) -> Result<(), Error> {
        retag(aws, id.as_str(), tags).await
    }
}

/// Volumes, by a filter.
pub(super) async fn describe(aws: &Regional, filter: Filter) -> Result<Vec<Volume>, Error> {
    let call = aws.ec2().describe_volumes().filters(filter).max_results(PAGE);
    let pages = call.into_paginator().items();
    pages.send().collect::<Result<_, _>>().await.op("ec2:DescribeVolumes")
}

/// The stack's volumes, read once for all the types that need them, and those of `known`.
pub(super) async fn owned(
    aws: &Regional,
    query: &Query<'_>,
    known: impl Iterator<Item = &str>,
) -> Result<Vec<Volume>, Error> {
    let describe = |filter| describe(aws, filter);
    let tagged = tagged(aws, query, "ec2:DescribeVolumes", describe).await?;
    with_known(tagged, known, &Ids { filter: "volume-id", of: Volume::volume_id }, describe).await
}

/// What of a volume can change while it is used.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shape {
    /// `gp3` …
    pub kind: Option<String>,
    /// GiB.
    pub size: Option<i64>,
    /// Operations per second.
    pub iops: Option<i64>,
    /// MiB per second.
    pub throughput: Option<i64>,
}

/// Sends what differs. Types with provisioned operations want their number along with the type.
pub(super) async fn modify(
    aws: &Regional,
    id: &str,
    prior: &Shape,
    planned: &Shape,
) -> Result<(), Error> {
    let whole = |number: Option<i64>| number.filter(|number| *number > 0).map(small);
    let moved = |prior: Option<i64>, planned: Option<i64>| {
        whole(planned).filter(|_| prior.unwrap_or_default() != planned.unwrap_or_default())
    };
    let kind = set(&planned.kind).filter(|_| prior.kind != planned.kind);
    let provisioned = matches!(kind.as_deref(), Some("io1" | "io2"));
    let (size, throughput) =
        (moved(prior.size, planned.size), moved(prior.throughput, planned.throughput));
    let iops = if provisioned { whole(planned.iops) } else { moved(prior.iops, planned.iops) };
    if kind.is_none() && size.is_none() && iops.is_none() && throughput.is_none() {
        return Ok(());
    }
    let call = aws
        .ec2()
        .modify_volume()
        .volume_id(id)
        .set_iops(iops)
        .set_size(size)
        .set_throughput(throughput)
        .set_volume_type(kind.as_deref().map(VolumeType::from));
    call.send().await.op("ec2:ModifyVolume")?;
    Ok(())
}

/// Which volumes are still changing. A volume that is being optimized already has its new size and type.
async fn modifications(aws: &Regional, ids: &[Id]) -> Result<BTreeMap<Id, Poll>, Error> {
    let call = aws
        .ec2()
        .describe_volumes_modifications()
        .filters(filter("volume-id", ids.iter().map(Id::as_str)));
    let pages = call.into_paginator().items();
    let found: Vec<_> =
        pages.send().collect::<Result<_, _>>().await.op("ec2:DescribeVolumesModifications")?;
    Ok(found
        .into_iter()
        .filter_map(|modification| {
            let poll = match modification.modification_state? {
                VolumeModificationState::Failed => {
                    let why = modification.status_message.as_deref().unwrap_or("failed");
                    Poll::Failed(format!("the modification failed: {why}").into())
                }
                VolumeModificationState::Modifying => Poll::Pending("modifying".into()),
                _ => return None,
            };
            Some((Id::new(modification.volume_id?), poll))
        })
        .collect())
}

/// Takes the last snapshot of a volume, and says that it has to be waited for until it is complete.
async fn final_snapshot(aws: &Regional, id: &str) -> Result<(), Error> {
    const OPERATION: &str = "ec2:CreateSnapshot";
    let description = format!("final snapshot of {id}");
    let waiting = |what: &str| Err(Error::new(ErrorClass::Conflict, OPERATION, what));
    let call = aws
        .ec2()
        .describe_snapshots()
        .owner_ids("self")
        .filters(filter("volume-id", [id]))
        .filters(filter("description", [description.as_str()]));
    let answer = call.send().await.op("ec2:DescribeSnapshots")?;
    match answer.snapshots().first().and_then(|snapshot| snapshot.state()) {
        Some(SnapshotState::Completed) => return Ok(()),
        Some(SnapshotState::Pending) => return waiting("the final snapshot is being taken"),
        Some(state) => {
            let message = format!("the final snapshot is in the state {}", state.as_str());
            return Err(Error::new(ErrorClass::Other, OPERATION, message));
        }
        None => {}
    }
    let Some(volume) = describe(aws, filter("volume-id", [id])).await?.pop() else {
        return Ok(());
    };
    // What belongs to the volume's owner must not look owned itself.
    let mut kept = tags_of(volume.tags());
    kept.retain(|key, _| !key.starts_with(tags::PREFIX) && !key.starts_with("aws:"));
    let call =
        aws.ec2().create_snapshot().volume_id(id).description(description).set_tag_specifications(
            tag_specification(ResourceType::Snapshot, &kept).map(|tags| vec![tags]),
        );
    call.send().await.op(OPERATION)?;
    waiting("the final snapshot is being taken")
}

fn found(arn: &str, volume: Volume) -> Option<Found<AwsEbsVolume>> {
    let status = match volume.state {
        Some(VolumeState::Deleted) => return None,
        Some(VolumeState::Deleting) => Status::Deleting,
        Some(VolumeState::Creating) => Status::Pending,
        Some(VolumeState::Error) => Status::Failed("error".into()),
        _ => Status::Ready,
    };
    let tags = tags_of(volume.tags());
    let id = volume.volume_id.unwrap_or_default();
    let spec = AwsEbsVolume {
        arn: Some(format!("{arn}{id}")),
        availability_zone: volume.availability_zone.unwrap_or_default(),
        create_time: volume.create_time.and_then(|time| time.fmt(Format::DateTime).ok()),
        encrypted: volume.encrypted,
        iops: volume.iops.map(number),
        kms_key_id: set(&volume.kms_key_id),
        multi_attach_enabled: volume.multi_attach_enabled,
        outpost_arn: set(&volume.outpost_arn),
        size: volume.size.map(number),
        snapshot_id: set(&volume.snapshot_id),
        throughput: volume.throughput.map(number),
        r#type: volume.volume_type.map(|kind| kind.as_str().to_owned()),
        volume_initialization_rate: volume.volume_initialization_rate.map(number),
        ..AwsEbsVolume::default()
    };
    Some(Found { id: Id::new(id), spec, tags, status })
}
