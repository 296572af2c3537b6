//! `aws_volume_attachment`

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{InstanceStateName, Volume, VolumeAttachmentState};

use super::{ebs_volume, filter, gone_unless_seen};
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::{Change, Found, New, Query, Resource, Tags};
use crate::base::Id;
use crate::plan::Status;
use crate::provider::{Error, ErrorClass, Goal, Poll};
use crate::schema::typed::AwsVolumeAttachment;

/// That a disk is on an instance.
pub struct VolumeAttachment;

impl Resource for VolumeAttachment {
    type Spec = AwsVolumeAttachment;

    async fn list(aws: &Regional, query: &Query<'_>) -> Result<Vec<Found<Self::Spec>>, Error> {
        let known = query.known.iter().filter_map(|id| Some(Place::of(id)?.volume));
        let volumes = ebs_volume::owned(aws, query, known).await?;
        Ok(volumes.into_iter().flat_map(found).collect())
    }

    async fn read(aws: &Regional, id: &Id) -> Result<Option<Found<Self::Spec>>, Error> {
        let Some(place) = Place::of(id) else { return Ok(None) };
        let volumes = ebs_volume::describe(aws, filter("volume-id", [place.volume])).await?;
        Ok(volumes.into_iter().flat_map(found).find(|found| found.id == *id))
    }

    async fn create(aws: &Regional, new: &New<Self::Spec>) -> Result<Id, Error> {
        let spec = &new.spec;
        let id = id_of(spec);
        let call = aws
            .ec2()
            .attach_volume()
            .device(&spec.device_name)
            .instance_id(&spec.instance_id)
            .volume_id(&spec.volume_id);
        match call.send().await.op("ec2:AttachVolume") {
            Ok(_) => Ok(id),
            // It may be on this very instance already, by an earlier try.
            Err(error) if error.code.as_deref() == Some("VolumeInUse") => {
                match Self::read(aws, &id).await? {
                    Some(_) => Ok(id),
                    None => Err(error),
                }
            }
            Err(error) => Err(error),
        }
    }

    /// What is not replaced says only how to detach.
    async fn update(_aws: &Regional, _id: &Id, _change: &Change<Self::Spec>) -> Result<(), Error> {
        Ok(())
    }

    async fn delete(aws: &Regional, id: &Id, prior: &Self::Spec) -> Result<(), Error> {
        let Some(place) = Place::of(id).filter(|_| !prior.skip_destroy.unwrap_or_default()) else {
            return Ok(());
        };
        let found = Self::read(aws, id).await?;
        if found.is_none_or(|found| found.status == Status::Deleting) {
            return Ok(());
        }
        if prior.stop_instance_before_detaching.unwrap_or_default() {
            stop(aws, place.instance).await?;
        }
        let call = aws
            .ec2()
            .detach_volume()
            .device(place.device)
            .instance_id(place.instance)
            .volume_id(place.volume)
            .set_force(prior.force_detach.filter(|force| *force));
        call.send().await.op("ec2:DetachVolume")?;
        Ok(())
    }

    async fn find(aws: &Regional, new: &New<Self::Spec>) -> Result<Vec<Found<Self::Spec>>, Error> {
        Ok(Self::read(aws, &id_of(&new.spec)).await?.into_iter().collect())
    }

    async fn poll(aws: &Regional, ids: &[Id], goal: Goal) -> Result<BTreeMap<Id, Poll>, Error> {
        let volumes: Vec<_> = ids.iter().filter_map(|id| Some(Place::of(id)?.volume)).collect();
        let volumes = ebs_volume::describe(aws, filter("volume-id", volumes)).await?;
        let seen = volumes.into_iter().flat_map(found).map(|found| {
            let poll = match found.status {
                Status::Ready if goal != Goal::Deleted => Poll::Ready,
                Status::Pending => Poll::Pending("attaching".into()),
                _ => Poll::Pending("detaching".into()),
            };
            (found.id, poll)
        });
        let mut answer = gone_unless_seen(ids, seen);
        answer.retain(|id, _| ids.contains(id));
        Ok(answer)
    }
}

/// What an id says: `{device}:{volume}:{instance}`, the form of an import.
struct Place<'a> {
    device: &'a str,
    volume: &'a str,
    instance: &'a str,
}

impl<'a> Place<'a> {
    fn of(id: &'a Id) -> Option<Self> {
        let mut parts = id.as_str().rsplitn(3, ':');
        let (instance, volume, device) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Self { device, volume, instance })
    }
}

fn id_of(spec: &AwsVolumeAttachment) -> Id {
    Id::new(format!("{}:{}:{}", spec.device_name, spec.volume_id, spec.instance_id))
}

/// `vai-{crc32}`, as Terraform has it.
fn terraform_id(spec: &AwsVolumeAttachment) -> String {
    let mut crc = flate2::Crc::new();
    for part in [&spec.device_name, &spec.instance_id, &spec.volume_id] {
        crc.update(part.as_bytes());
        crc.update(b"-");
    }
    format!("vai-{}", crc.sum())
}

/// Stops an instance, and says that it has to be waited for until it has stopped.
async fn stop(aws: &Regional, id: &str) -> Result<(), Error> {
    let call = aws.ec2().describe_instances().filters(filter("instance-id", [id]));
    let answer = call.send().await.op("ec2:DescribeInstances")?;
    let instance =
        answer.reservations().iter().flat_map(aws_sdk_ec2::types::Reservation::instances).next();
    let state = instance.and_then(|instance| instance.state()).and_then(|state| state.name());
    match state {
        Some(InstanceStateName::Pending | InstanceStateName::Running) => {
            aws.ec2().stop_instances().instance_ids(id).send().await.op("ec2:StopInstances")?;
        }
        Some(InstanceStateName::Stopping) => {}
        _ => return Ok(()),
    }
    let message = format!("the instance {id} is stopping");
    Err(Error::new(ErrorClass::Conflict, "ec2:StopInstances", message))
}

/// Where a volume is attached.
fn found(volume: Volume) -> Vec<Found<AwsVolumeAttachment>> {
    let attachments = volume.attachments.unwrap_or_default().into_iter();
    let found = attachments.filter_map(|attachment| {
        let status = match attachment.state {
            Some(VolumeAttachmentState::Detached) => return None,
            Some(VolumeAttachmentState::Attaching) => Status::Pending,
            Some(VolumeAttachmentState::Detaching) => Status::Deleting,
            _ => Status::Ready,
        };
        let mut spec = AwsVolumeAttachment {
            device_name: attachment.device?,
            instance_id: attachment.instance_id?,
            volume_id: attachment.volume_id?,
            ..AwsVolumeAttachment::default()
        };
        spec.id = Some(terraform_id(&spec));
        Some(Found { id: id_of(&spec), spec, tags: Tags::new(), status })
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_says_where() {
        let id = Id::new("/dev/sdh:vol-1:i-1");
        let place = Place::of(&id).expect("three parts");
        assert_eq!((place.device, place.volume, place.instance), ("/dev/sdh", "vol-1", "i-1"));
        assert!(Place::of(&Id::new("vai-123")).is_none());
    }
}
