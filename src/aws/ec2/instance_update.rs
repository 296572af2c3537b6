//! Changes of an instance. An update may be made again from its start: each part looks at the instance as it is now.

use std::collections::BTreeMap;

use aws_sdk_ec2::types as sdk;
use aws_sdk_ec2::types::InstanceStateName as State;
use aws_smithy_types::Blob;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::ebs_volume::{self, Shape};
use super::instance::{describe, state};
use super::{filter, instance_launch, number, retag, set, small, tags_of};
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::{Change, TagChange, Tags};
use crate::base::Id;
use crate::provider::{Error, ErrorClass, tags};
use crate::schema::typed::{AwsInstance, AwsInstanceCapacityReservationSpecification};

/// Sends what differs: first what a running instance takes, then what it has to be stopped for.
pub(super) async fn update(
    aws: &Regional,
    id: &Id,
    change: &Change<AwsInstance>,
) -> Result<(), Error> {
    let Some(live) = describe(aws, filter("instance-id", [id.as_str()])).await?.pop() else {
        let message = format!("the instance {id} is not there");
        return Err(Error::new(ErrorClass::NotFound, "ec2:DescribeInstances", message));
    };
    update_attributes(aws, id, change).await?;
    update_options(aws, id, change).await?;
    update_profile(aws, id, change).await?;
    update_addresses(aws, change, &live).await?;
    update_disks(aws, id, change).await?;
    update_stopped(aws, id, change, &live).await
}

/// Takes off what forbids a termination.
pub(super) async fn unprotect(aws: &Regional, id: &Id) -> Result<(), Error> {
    let modify = || aws.ec2().modify_instance_attribute().instance_id(id.as_str());
    for call in [
        modify().disable_api_termination(flag(Some(false))),
        modify().disable_api_stop(flag(Some(false))),
    ] {
        call.send().await.op("ec2:ModifyInstanceAttribute")?;
    }
    Ok(())
}

fn flag(value: Option<bool>) -> sdk::AttributeBooleanValue {
    sdk::AttributeBooleanValue::builder().value(value.unwrap_or_default()).build()
}

fn text(value: &str) -> sdk::AttributeValue {
    sdk::AttributeValue::builder().value(value).build()
}

/// What `ModifyInstanceAttribute` takes while the instance runs, one at a time.
async fn update_attributes(
    aws: &Regional,
    id: &Id,
    change: &Change<AwsInstance>,
) -> Result<(), Error> {
    let Change { prior, planned } = change;
    let modify = || aws.ec2().modify_instance_attribute().instance_id(id.as_str());
    let moved = |prior: Option<bool>, planned: Option<bool>| {
        planned.filter(|planned| *planned != prior.unwrap_or_default())
    };
    let mut calls = Vec::new();
    if let Some(on) = moved(prior.disable_api_stop, planned.disable_api_stop) {
        calls.push(modify().disable_api_stop(flag(Some(on))));
    }
    if let Some(on) = moved(prior.disable_api_termination, planned.disable_api_termination) {
        calls.push(modify().disable_api_termination(flag(Some(on))));
    }
    // Unset, it is on; and it belongs to the interfaces where those are given.
    let checked = planned.source_dest_check.unwrap_or(true);
    if prior.source_dest_check.unwrap_or(true) != checked {
        calls.push(modify().source_dest_check(flag(Some(checked))));
    }
    if let Some(behavior) = &planned.instance_initiated_shutdown_behavior
        && prior.instance_initiated_shutdown_behavior.as_ref() != Some(behavior)
    {
        calls.push(modify().instance_initiated_shutdown_behavior(text(behavior)));
    }
    let sorted = |groups: &[String]| {
        let mut groups = groups.to_vec();
        groups.sort();
        groups
    };
    let groups = sorted(&planned.vpc_security_group_ids);
    if !groups.is_empty() && groups != sorted(&prior.vpc_security_group_ids) {
        calls.push(modify().set_groups(Some(groups)));
    }
    let kept = |spec: &AwsInstance| {
        spec.root_block_device.as_ref().and_then(|root| root.delete_on_termination)
    };
    let name = prior.root_block_device.as_ref().and_then(|root| root.device_name.clone());
    if let (Some(on), Some(name)) = (kept(planned).filter(|on| Some(*on) != kept(prior)), name) {
        let ebs =
            sdk::EbsInstanceBlockDeviceSpecification::builder().delete_on_termination(on).build();
        let mapping =
            sdk::InstanceBlockDeviceMappingSpecification::builder().device_name(name).ebs(ebs);
        calls.push(modify().block_device_mappings(mapping.build()));
    }
    for call in calls {
        call.send().await.op("ec2:ModifyInstanceAttribute")?;
    }
    Ok(())
}

/// What has a call of its own.
async fn update_options(
    aws: &Regional,
    id: &Id,
    change: &Change<AwsInstance>,
) -> Result<(), Error> {
    let Change { prior, planned } = change;
    let (ec2, id) = (aws.ec2(), id.as_str());
    if let Some(options) = planned
        .metadata_options
        .as_ref()
        .filter(|_| prior.metadata_options != planned.metadata_options)
    {
        let limit = options.http_put_response_hop_limit.filter(|limit| *limit > 0);
        let call = ec2
            .modify_instance_metadata_options()
            .instance_id(id)
            .set_http_endpoint(set(&options.http_endpoint).as_deref().map(Into::into))
            .set_http_protocol_ipv6(set(&options.http_protocol_ipv6).as_deref().map(Into::into))
            .set_http_put_response_hop_limit(limit.map(small))
            .set_http_tokens(set(&options.http_tokens).as_deref().map(Into::into))
            .set_instance_metadata_tags(
                set(&options.instance_metadata_tags).as_deref().map(Into::into),
            );
        call.send().await.op("ec2:ModifyInstanceMetadataOptions")?;
    }
    let credits = |spec: &AwsInstance| set(&spec.credit_specification.as_ref()?.cpu_credits);
    if let Some(credits) = credits(planned).filter(|new| Some(new) != credits(prior).as_ref()) {
        let credit = sdk::InstanceCreditSpecificationRequest::builder()
            .instance_id(id)
            .cpu_credits(credits)
            .build();
        let call =
            ec2.modify_instance_credit_specification().instance_credit_specifications(credit);
        call.send().await.op("ec2:ModifyInstanceCreditSpecification")?;
    }
    match planned.monitoring.filter(|on| *on != prior.monitoring.unwrap_or_default()) {
        Some(true) => {
            ec2.monitor_instances().instance_ids(id).send().await.op("ec2:MonitorInstances")?;
        }
        Some(false) => {
            ec2.unmonitor_instances().instance_ids(id).send().await.op("ec2:UnmonitorInstances")?;
        }
        None => {}
    }
    let recovery = |spec: &AwsInstance| set(&spec.maintenance_options.as_ref()?.auto_recovery);
    if let Some(recovery) = recovery(planned).filter(|new| Some(new) != recovery(prior).as_ref()) {
        let call = ec2.modify_instance_maintenance_options().instance_id(id);
        let call = call.auto_recovery(recovery.as_str().into());
        call.send().await.op("ec2:ModifyInstanceMaintenanceOptions")?;
    }
    Ok(())
}

/// The role that the instance has. It is put on, exchanged or taken off by its association.
async fn update_profile(
    aws: &Regional,
    id: &Id,
    change: &Change<AwsInstance>,
) -> Result<(), Error> {
    let wanted = set(&change.planned.iam_instance_profile);
    if wanted == set(&change.prior.iam_instance_profile) {
        return Ok(());
    }
    let ec2 = aws.ec2();
    let call = ec2
        .describe_iam_instance_profile_associations()
        .filters(filter("instance-id", [id.as_str()]))
        .filters(filter("state", ["associating", "associated"]));
    let answer = call.send().await.op("ec2:DescribeIamInstanceProfileAssociations")?;
    let live = answer.iam_instance_profile_associations.unwrap_or_default().pop();
    let live = live.and_then(|association| association.association_id);
    let profile = |name: &str| sdk::IamInstanceProfileSpecification::builder().name(name).build();
    match (live, wanted) {
        (Some(live), Some(wanted)) => {
            let call = ec2.replace_iam_instance_profile_association().association_id(live);
            let call = call.iam_instance_profile(profile(&wanted));
            call.send().await.op("ec2:ReplaceIamInstanceProfileAssociation")?;
        }
        (None, Some(wanted)) => {
            let call = ec2.associate_iam_instance_profile().instance_id(id.as_str());
            let call = call.iam_instance_profile(profile(&wanted));
            call.send().await.op("ec2:AssociateIamInstanceProfile")?;
        }
        (Some(live), None) => {
            let call = ec2.disassociate_iam_instance_profile().association_id(live);
            call.send().await.op("ec2:DisassociateIamInstanceProfile")?;
        }
        (None, None) => {}
    }
    Ok(())
}

/// Addresses of the first interface beside its main one.
async fn update_addresses(
    aws: &Regional,
    change: &Change<AwsInstance>,
    live: &sdk::Instance,
) -> Result<(), Error> {
    let Change { prior, planned } = change;
    let ec2 = aws.ec2();
    let first = live.network_interfaces().iter().find(|interface| {
        interface
            .attachment()
            .and_then(sdk::InstanceNetworkInterfaceAttachment::device_index)
            .unwrap_or_default()
            == 0
    });
    let Some((first, id)) = first.and_then(|i| Some((i, i.network_interface_id()?))) else {
        return Ok(());
    };
    if prior.secondary_private_ips != planned.secondary_private_ips {
        let now = first.private_ip_addresses().iter().filter(|a| a.primary() != Some(true));
        let now: Vec<_> = now.filter_map(|a| a.private_ip_address.clone()).collect();
        let (gone, new) = difference(&now, &planned.secondary_private_ips);
        if !gone.is_empty() {
            let call = ec2.unassign_private_ip_addresses().network_interface_id(id);
            let call = call.set_private_ip_addresses(Some(gone));
            call.send().await.op("ec2:UnassignPrivateIpAddresses")?;
        }
        if !new.is_empty() {
            let call = ec2.assign_private_ip_addresses().network_interface_id(id);
            let call = call.set_private_ip_addresses(Some(new));
            call.send().await.op("ec2:AssignPrivateIpAddresses")?;
        }
    }
    if let Some(wanted) =
        planned.ipv6_address_count.filter(|n| Some(*n) != prior.ipv6_address_count)
    {
        let now = first.ipv6_addresses().iter().filter_map(|a| a.ipv6_address.clone());
        let now: Vec<_> = now.collect();
        let have = i64::try_from(now.len()).unwrap_or(i64::MAX);
        if wanted > have {
            let call = ec2.assign_ipv6_addresses().network_interface_id(id);
            let call = call.ipv6_address_count(small(wanted - have));
            call.send().await.op("ec2:AssignIpv6Addresses")?;
        } else if wanted < have {
            let kept = usize::try_from(wanted).unwrap_or_default();
            let call = ec2.unassign_ipv6_addresses().network_interface_id(id);
            let call = call.set_ipv6_addresses(Some(now[kept..].to_vec()));
            call.send().await.op("ec2:UnassignIpv6Addresses")?;
        }
    }
    if planned.enable_primary_ipv6 == Some(true) && prior.enable_primary_ipv6 != Some(true) {
        let call = ec2.modify_network_interface_attribute().network_interface_id(id);
        let call = call.enable_primary_ipv6(true);
        call.send().await.op("ec2:ModifyNetworkInterfaceAttribute")?;
    }
    Ok(())
}

/// What is there and not wanted, and what is wanted and not there.
fn difference(now: &[String], wanted: &[String]) -> (Vec<String>, Vec<String>) {
    let without = |from: &[String], other: &[String]| {
        from.iter().filter(|item| !other.contains(item)).cloned().collect()
    };
    (without(now, wanted), without(wanted, now))
}

/// The first disk's size and kind, and the tags of all disks.
async fn update_disks(aws: &Regional, id: &Id, change: &Change<AwsInstance>) -> Result<(), Error> {
    let Change { prior, planned } = change;
    if let (Some(before), Some(after)) = (&prior.root_block_device, &planned.root_block_device) {
        let shape = |root: &crate::schema::typed::AwsInstanceRootBlockDevice| Shape {
            kind: root.volume_type.clone(),
            size: root.volume_size,
            iops: root.iops,
            throughput: root.throughput,
        };
        if let Some(volume) = before.volume_id.as_ref().filter(|_| shape(before) != shape(after)) {
            // A modification that was made already is not asked for again: AWS takes one in six hours.
            let found = ebs_volume::describe(aws, filter("volume-id", [volume.as_str()])).await?;
            if let Some(found) = found.into_iter().next() {
                let now = Shape {
                    kind: found.volume_type.map(|kind| kind.as_str().to_owned()),
                    size: found.size.map(number),
                    iops: found.iops.map(number),
                    throughput: found.throughput.map(number),
                };
                ebs_volume::modify(aws, volume, &now, &shape(after)).await?;
            }
        }
    }
    if prior.volume_tags != planned.volume_tags {
        let found = filter("attachment.instance-id", [id.as_str()]);
        let tags = tag_change(&prior.volume_tags, &planned.volume_tags);
        // A volume that a stack owns by itself has tags of its own.
        let mut volumes = ebs_volume::describe(aws, found).await?;
        volumes.retain(|volume| !tags_of(volume.tags()).contains_key(tags::STACK));
        for volume in volumes {
            retag(aws, &volume.volume_id.unwrap_or_default(), &tags).await?;
        }
    }
    if planned.volume_tags.is_empty() {
        let (before, after) = (disk_tags(prior), disk_tags(planned));
        for (device, (volume, tags)) in &before {
            if let (Some(volume), Some((_, wanted))) = (volume, after.get(device)) {
                retag(aws, volume, &tag_change(tags, wanted)).await?;
            }
        }
    }
    Ok(())
}

fn tag_change(prior: &Tags, planned: &Tags) -> TagChange {
    let set = planned.iter().filter(|(key, value)| prior.get(*key) != Some(value));
    let remove = prior.keys().filter(|key| !planned.contains_key(*key));
    TagChange {
        set: set.map(|(key, value)| (key.clone(), value.clone())).collect(),
        remove: remove.cloned().collect(),
    }
}

/// The volume and the tags of each disk, by device; the first disk's name is empty.
fn disk_tags(spec: &AwsInstance) -> BTreeMap<&str, (Option<&String>, &Tags)> {
    let root = spec.root_block_device.iter().map(|d| ("", (d.volume_id.as_ref(), &d.tags)));
    let further = spec.ebs_block_device.iter();
    let further = further.map(|d| (d.device_name.as_str(), (d.volume_id.as_ref(), &d.tags)));
    root.chain(further).collect()
}

/// What an instance takes only while it is stopped. One that runs is stopped, and the engine comes back; one that has
/// stopped is changed and started.
async fn update_stopped(
    aws: &Regional,
    id: &Id,
    change: &Change<AwsInstance>,
    live: &sdk::Instance,
) -> Result<(), Error> {
    let Change { prior, planned } = change;
    let kind = set(&planned.instance_type).filter(|_| prior.instance_type != planned.instance_type);
    let data = new_user_data(change);
    let reservation = planned.capacity_reservation_specification.as_ref().filter(|_| {
        prior.capacity_reservation_specification != planned.capacity_reservation_specification
    });
    if kind.is_none() && data.is_none() && reservation.is_none() {
        return Ok(());
    }
    let same_kind =
        kind.as_deref().is_none_or(|kind| live.instance_type().is_some_and(|t| t.as_str() == kind));
    let same_data = match &data {
        Some(wanted) => live_user_data(aws, id).await?.unwrap_or_default() == *wanted,
        None => true,
    };
    let waiting = |what: &str| {
        let message = format!("the instance {id} is {what}");
        Err(Error::new(ErrorClass::Conflict, "ec2:ModifyInstanceAttribute", message))
    };
    let same_reservation = reservation.is_none_or(|wanted| reserved(live, wanted));
    let done = same_kind && same_data && same_reservation;
    match state(live) {
        State::Pending | State::Running if done => return Ok(()),
        State::Pending => return waiting("pending"),
        State::Running => {
            let call = aws.ec2().stop_instances().instance_ids(id.as_str());
            call.send().await.op("ec2:StopInstances")?;
            return waiting("stopping");
        }
        State::Stopping => return waiting("stopping"),
        _ => {}
    }
    let modify = || aws.ec2().modify_instance_attribute().instance_id(id.as_str());
    if let Some(kind) = kind.filter(|_| !same_kind) {
        let call = modify().instance_type(text(&kind));
        call.send().await.op("ec2:ModifyInstanceAttribute")?;
    }
    if let Some(data) = data.filter(|_| !same_data) {
        let plain = STANDARD.decode(&data).unwrap_or_else(|_| data.into_bytes());
        let data = sdk::SecureBlobAttributeValue::builder().value(Blob::new(plain)).build();
        modify().user_data(data).send().await.op("ec2:ModifyInstanceAttribute")?;
    }
    if let Some(reservation) = reservation.filter(|_| !same_reservation) {
        let call = aws.ec2().modify_instance_capacity_reservation_attributes();
        let call = call
            .instance_id(id.as_str())
            .capacity_reservation_specification(instance_launch::reservation(reservation));
        call.send().await.op("ec2:ModifyInstanceCapacityReservationAttributes")?;
    }
    let call = aws.ec2().start_instances().instance_ids(id.as_str());
    call.send().await.op("ec2:StartInstances")?;
    Ok(())
}

/// Whether an instance has the capacity reservation that is wanted.
fn reserved(live: &sdk::Instance, wanted: &AwsInstanceCapacityReservationSpecification) -> bool {
    let live = live.capacity_reservation_specification();
    let preference = live.and_then(|live| live.capacity_reservation_preference());
    let target = live.and_then(|live| live.capacity_reservation_target());
    let wanted_target = wanted.capacity_reservation_target.as_ref();
    set(&wanted.capacity_reservation_preference)
        .is_none_or(|wanted| preference.is_some_and(|live| live.as_str() == wanted))
        && wanted_target.is_none_or(|wanted| {
            target.is_some_and(|live| {
                live.capacity_reservation_id == set(&wanted.capacity_reservation_id)
                    && live.capacity_reservation_resource_group_arn
                        == set(&wanted.capacity_reservation_resource_group_arn)
            })
        })
}

/// The user data to be written, as base64, empty to take it away; none where it stays. AWS tells it in both forms,
/// so the one that changes is the one that is configured.
fn new_user_data(change: &Change<AwsInstance>) -> Option<String> {
    let Change { prior, planned } = change;
    if set(&prior.user_data) != set(&planned.user_data) {
        let text = AwsInstance { user_data: set(&planned.user_data), ..AwsInstance::default() };
        let wanted = instance_launch::user_data(&text).unwrap_or_default();
        return (Some(&wanted) != prior.user_data_base64.as_ref()).then_some(wanted);
    }
    let wanted = set(&planned.user_data_base64);
    wanted.filter(|wanted| prior.user_data_base64.as_ref() != Some(wanted))
}

async fn live_user_data(aws: &Regional, id: &Id) -> Result<Option<String>, Error> {
    let call = aws.ec2().describe_instance_attribute().instance_id(id.as_str());
    let call = call.attribute(sdk::InstanceAttributeName::UserData);
    let answer = call.send().await.op("ec2:DescribeInstanceAttribute")?;
    Ok(answer.user_data.and_then(|data| data.value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_data_is_written_where_it_changes() {
        let spec = |plain: Option<&str>, encoded: Option<&str>| AwsInstance {
            user_data: plain.map(str::to_owned),
            user_data_base64: encoded.map(str::to_owned),
            ..AwsInstance::default()
        };
        for (prior, planned, sent) in [
            ((Some("one"), Some("b25l")), (Some("one"), Some("b25l")), None),
            ((Some("one"), Some("b25l")), (Some("two"), Some("b25l")), Some("dHdv")),
            ((Some("one"), Some("b25l")), (Some("one"), Some("dHdv")), Some("dHdv")),
            ((Some("one"), Some("b25l")), (None, Some("b25l")), Some("")),
            ((None, None), (Some("one"), None), Some("b25l")),
            ((None, None), (None, None), None),
        ] {
            let prior = spec(prior.0, prior.1);
            let change = Change { prior, planned: spec(planned.0, planned.1) };
            assert_eq!(new_user_data(&change).as_deref(), sent, "{change:?}");
        }
    }

    #[test]
    fn addresses_come_and_go() {
        let list = |items: &[&str]| items.iter().map(ToString::to_string).collect::<Vec<_>>();
        let (gone, new) = difference(&list(&["a", "b"]), &list(&["b", "c"]));
        assert_eq!((gone, new), (list(&["a"]), list(&["c"])));
    }
}
