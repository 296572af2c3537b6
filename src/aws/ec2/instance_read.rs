//! What AWS reports of instances, as the schema has it.

use std::collections::BTreeMap;

use aws_sdk_ec2::types as sdk;
use aws_sdk_ec2::types::{InstanceAttributeName as Name, InstanceStateName as State};
use aws_smithy_types::date_time::Format;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use futures_util::future::try_join_all;

use super::instance::state;
use super::{BATCH, block_devices, ebs_volume, filter, launch_template, number, set, tags_of};
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::{Found, Tags};
use crate::base::Id;
use crate::plan::Status;
use crate::provider::Error;
use crate::schema::typed::{
    AwsInstance, AwsInstanceCapacityReservationSpecification,
    AwsInstanceCapacityReservationSpecificationCapacityReservationTarget, AwsInstanceCpuOptions,
    AwsInstanceCreditSpecification, AwsInstanceEnclaveOptions, AwsInstanceInstanceMarketOptions,
    AwsInstanceInstanceMarketOptionsSpotOptions, AwsInstanceLaunchTemplate,
    AwsInstanceMaintenanceOptions, AwsInstanceMetadataOptions, AwsInstanceNetworkInterface,
    AwsInstancePrimaryNetworkInterface, AwsInstancePrivateDnsNameOptions,
};

/// How many instances are asked for their attributes at a time.
const AT_ONCE: usize = 8;

/// The text of a word of the SDK's.
macro_rules! text {
    ($word:expr) => {
        $word.map(|word| word.as_str().to_owned())
    };
}

/// What `DescribeInstances` leaves out.
struct Around {
    arn: String,
    volumes: BTreeMap<String, sdk::Volume>,
    credits: BTreeMap<String, String>,
    requests: BTreeMap<String, sdk::SpotInstanceRequest>,
    templates: BTreeMap<String, String>,
}

/// What is asked for each instance.
struct Attributes {
    disable_api_stop: Option<bool>,
    disable_api_termination: Option<bool>,
    shutdown_behavior: Option<String>,
    user_data: Option<String>,
    password_data: Option<String>,
}

/// The instances that are there, with all that other calls say of them.
pub(super) async fn found(
    aws: &Regional,
    mut instances: Vec<sdk::Instance>,
) -> Result<Vec<Found<AwsInstance>>, Error> {
    instances.retain(|instance| state(instance) != State::Terminated);
    if instances.is_empty() {
        return Ok(Vec::new());
    }
    let asked: Vec<_> = instances.iter().map(Asked::of).collect();
    let attributes = stream::iter(asked.into_iter().map(|asked| attributes(aws, asked)))
        .buffered(AT_ONCE)
        .try_collect::<Vec<_>>();
    let (around, attributes) = tokio::try_join!(around(aws, &instances), attributes)?;
    let each = instances.into_iter().zip(attributes);
    Ok(each.map(|(instance, attributes)| one(&around, instance, attributes)).collect())
}

/// Of which instance attributes are asked.
struct Asked {
    id: String,
    /// Windows makes a password, which its key encrypts.
    has_password: bool,
}

impl Asked {
    fn of(instance: &sdk::Instance) -> Self {
        let is_windows = instance.platform == Some(sdk::PlatformValues::Windows);
        let id = instance.instance_id.clone().unwrap_or_default();
        Self { id, has_password: is_windows && set(&instance.key_name).is_some() }
    }
}

async fn attributes(aws: &Regional, asked: Asked) -> Result<Attributes, Error> {
    let ask = |name: Name| {
        let call = aws.ec2().describe_instance_attribute().instance_id(&asked.id).attribute(name);
        async move { call.send().await.op("ec2:DescribeInstanceAttribute") }
    };
    let (stop, termination, behavior, data, password_data) = tokio::try_join!(
        ask(Name::DisableApiStop),
        ask(Name::DisableApiTermination),
        ask(Name::InstanceInitiatedShutdownBehavior),
        ask(Name::UserData),
        password_data(aws, &asked),
    )?;
    Ok(Attributes {
        disable_api_stop: stop.disable_api_stop.and_then(|flag| flag.value),
        disable_api_termination: termination.disable_api_termination.and_then(|flag| flag.value),
        shutdown_behavior: behavior.instance_initiated_shutdown_behavior.and_then(|b| b.value),
        user_data: data.user_data.and_then(|data| set(&data.value)),
        password_data,
    })
}

/// The administrator's password of a Windows instance, encrypted with its key; none until Windows has made one.
async fn password_data(aws: &Regional, asked: &Asked) -> Result<Option<String>, Error> {
    if !asked.has_password {
        return Ok(None);
    }
    let call = aws.ec2().get_password_data().instance_id(&asked.id);
    let answer = call.send().await.op("ec2:GetPasswordData")?;
    Ok(answer
        .password_data
        .as_deref()
        .map(str::trim)
        .filter(|data| !data.is_empty())
        .map(Into::into))
}

async fn around(aws: &Regional, instances: &[sdk::Instance]) -> Result<Around, Error> {
    let arn = aws.arn("ec2", "instance/");
    let (arn, volumes, credits, requests, templates) = tokio::try_join!(
        arn,
        volumes(aws, instances),
        credits(aws, instances),
        requests(aws, instances),
        templates(aws, instances),
    )?;
    Ok(Around { arn, volumes, credits, requests, templates })
}

async fn volumes(
    aws: &Regional,
    instances: &[sdk::Instance],
) -> Result<BTreeMap<String, sdk::Volume>, Error> {
    let mappings = instances.iter().flat_map(sdk::Instance::block_device_mappings);
    let ids: Vec<_> = mappings.filter_map(|mapping| mapping.ebs()?.volume_id.clone()).collect();
    let mut volumes = BTreeMap::new();
    for ids in ids.chunks(BATCH) {
        let found = ebs_volume::describe(aws, filter("volume-id", ids.iter().cloned())).await?;
        volumes.extend(found.into_iter().filter_map(|v| Some((v.volume_id.clone()?, v))));
    }
    Ok(volumes)
}

/// Only burstable instances, whose types begin with `t`, have credits.
async fn credits(
    aws: &Regional,
    instances: &[sdk::Instance],
) -> Result<BTreeMap<String, String>, Error> {
    let burstable = instances.iter().filter(|instance| {
        let kind = instance.instance_type().map_or("", |kind| kind.as_str()).as_bytes();
        state(instance) != State::ShuttingDown
            && kind.first() == Some(&b't')
            && kind.get(1).is_some_and(u8::is_ascii_digit)
    });
    let ids: Vec<_> = burstable.filter_map(|instance| instance.instance_id.clone()).collect();
    let mut credits = BTreeMap::new();
    for ids in ids.chunks(BATCH) {
        let call = aws.ec2().describe_instance_credit_specifications();
        let call = call.set_instance_ids(Some(ids.to_vec()));
        let answer = call.send().await.op("ec2:DescribeInstanceCreditSpecifications")?;
        let found = answer.instance_credit_specifications.unwrap_or_default().into_iter();
        credits.extend(found.filter_map(|credit| Some((credit.instance_id?, credit.cpu_credits?))));
    }
    Ok(credits)
}

async fn requests(
    aws: &Regional,
    instances: &[sdk::Instance],
) -> Result<BTreeMap<String, sdk::SpotInstanceRequest>, Error> {
    let ids = instances.iter().filter_map(|instance| set(&instance.spot_instance_request_id));
    let ids: Vec<_> = ids.collect();
    let mut requests = BTreeMap::new();
    for ids in ids.chunks(BATCH) {
        let filter = filter("spot-instance-request-id", ids.iter().cloned());
        let call = aws.ec2().describe_spot_instance_requests().filters(filter);
        let answer = call.send().await.op("ec2:DescribeSpotInstanceRequests")?;
        let found = answer.spot_instance_requests.unwrap_or_default().into_iter();
        requests.extend(found.filter_map(|r| Some((r.spot_instance_request_id.clone()?, r))));
    }
    Ok(requests)
}

/// AWS says by tags of its own what an instance was launched from.
fn template_of(tags: &Tags) -> Option<&String> {
    tags.get("aws:ec2launchtemplate:id")
}

async fn templates(
    aws: &Regional,
    instances: &[sdk::Instance],
) -> Result<BTreeMap<String, String>, Error> {
    let ids = instances.iter().filter_map(|i| template_of(&tags_of(i.tags())).cloned());
    let mut ids: Vec<_> = ids.collect();
    ids.sort();
    ids.dedup();
    let found = try_join_all(ids.iter().map(|id| launch_template::by_id(aws, id))).await?;
    let found = found.into_iter().flatten();
    Ok(found.filter_map(|t| Some((t.launch_template_id?, t.launch_template_name?))).collect())
}

fn one(around: &Around, mut instance: sdk::Instance, attributes: Attributes) -> Found<AwsInstance> {
    let status = match state(&instance) {
        State::Pending => Status::Pending,
        State::ShuttingDown => Status::Deleting,
        _ => Status::Ready,
    };
    let tags = tags_of(instance.tags());
    let mappings = instance.block_device_mappings.take().unwrap_or_default();
    let root = instance.root_device_name.take();
    let id = instance.instance_id.clone().unwrap_or_default();
    let mut spec = described(around, &tags, instance);
    block_devices::read_into(&mut spec, root.as_deref(), mappings, &around.volumes);
    let plain = attributes.user_data.as_ref().and_then(|data| STANDARD.decode(data).ok());
    spec.user_data = plain.and_then(|bytes| String::from_utf8(bytes).ok());
    spec.user_data_base64 = attributes.user_data;
    spec.disable_api_stop = attributes.disable_api_stop;
    spec.disable_api_termination = attributes.disable_api_termination;
    spec.instance_initiated_shutdown_behavior = attributes.shutdown_behavior;
    spec.password_data = attributes.password_data;
    Found { id: Id::new(id), spec, tags, status }
}

fn described(around: &Around, tags: &Tags, instance: sdk::Instance) -> AwsInstance {
    let id = instance.instance_id.clone().unwrap_or_default();
    let instance_state = state(&instance).as_str().to_owned();
    let request = instance.spot_instance_request_id.as_ref();
    let request = request.and_then(|request| around.requests.get(request));
    let placement = instance.placement.unwrap_or_else(|| sdk::Placement::builder().build());
    let groups = instance.security_groups.unwrap_or_default();
    let mut spec = AwsInstance {
        ami: instance.image_id,
        arn: Some(format!("{}{id}", around.arn)),
        availability_zone: placement.availability_zone,
        ebs_optimized: instance.ebs_optimized,
        hibernation: instance.hibernation_options.and_then(|options| options.configured),
        host_id: set(&placement.host_id),
        host_resource_group_arn: set(&placement.host_resource_group_arn),
        iam_instance_profile: instance
            .iam_instance_profile
            .and_then(|profile| profile.arn?.rsplit('/').next().map(str::to_owned)),
        instance_lifecycle: text!(instance.instance_lifecycle.as_ref()),
        instance_state: Some(instance_state),
        instance_type: text!(instance.instance_type),
        key_name: set(&instance.key_name),
        monitoring: instance.monitoring.and_then(|monitoring| monitoring.state).map(|state| {
            matches!(state, sdk::MonitoringState::Enabled | sdk::MonitoringState::Pending)
        }),
        outpost_arn: set(&instance.outpost_arn),
        placement_group: set(&placement.group_name),
        placement_group_id: set(&placement.group_id),
        placement_partition_number: placement.partition_number.map(number),
        private_dns: set(&instance.private_dns_name),
        private_ip: set(&instance.private_ip_address),
        public_dns: set(&instance.public_dns_name),
        public_ip: set(&instance.public_ip_address),
        security_groups: groups.iter().filter_map(|group| group.group_name.clone()).collect(),
        source_dest_check: instance.source_dest_check,
        spot_instance_request_id: set(&instance.spot_instance_request_id),
        subnet_id: set(&instance.subnet_id),
        tenancy: text!(placement.tenancy),
        vpc_security_group_ids: groups.into_iter().filter_map(|group| group.group_id).collect(),
        capacity_reservation_specification: instance
            .capacity_reservation_specification
            .map(reservation),
        cpu_options: instance.cpu_options.map(|cpu| AwsInstanceCpuOptions {
            amd_sev_snp: text!(cpu.amd_sev_snp),
            core_count: cpu.core_count.map(number),
            threads_per_core: cpu.threads_per_core.map(number),
        }),
        credit_specification: around
            .credits
            .get(&id)
            .map(|credits| AwsInstanceCreditSpecification { cpu_credits: Some(credits.clone()) }),
        enclave_options: instance
            .enclave_options
            .map(|enclave| AwsInstanceEnclaveOptions { enabled: enclave.enabled }),
        instance_market_options: instance.instance_lifecycle.as_ref().map(|market| {
            AwsInstanceInstanceMarketOptions {
                market_type: Some(market.as_str().to_owned()),
                spot_options: request.map(spot),
            }
        }),
        launch_template: template_of(tags).map(|id| AwsInstanceLaunchTemplate {
            name: around.templates.get(id).cloned(),
            id: Some(id.clone()),
            version: tags.get("aws:ec2launchtemplate:version").cloned(),
        }),
        maintenance_options: instance.maintenance_options.map(|maintenance| {
            AwsInstanceMaintenanceOptions { auto_recovery: text!(maintenance.auto_recovery) }
        }),
        metadata_options: instance.metadata_options.map(|metadata| AwsInstanceMetadataOptions {
            http_endpoint: text!(metadata.http_endpoint),
            http_protocol_ipv6: text!(metadata.http_protocol_ipv6),
            http_put_response_hop_limit: metadata.http_put_response_hop_limit.map(number),
            http_tokens: text!(metadata.http_tokens),
            instance_metadata_tags: text!(metadata.instance_metadata_tags),
        }),
        private_dns_name_options: instance.private_dns_name_options.map(|dns| {
            AwsInstancePrivateDnsNameOptions {
                enable_resource_name_dns_a_record: dns.enable_resource_name_dns_a_record,
                enable_resource_name_dns_aaaa_record: dns.enable_resource_name_dns_aaaa_record,
                hostname_type: text!(dns.hostname_type),
            }
        }),
        ..AwsInstance::default()
    };
    interfaces_into(&mut spec, instance.network_interfaces.unwrap_or_default());
    spec
}

fn reservation(
    from: sdk::CapacityReservationSpecificationResponse,
) -> AwsInstanceCapacityReservationSpecification {
    type Target = AwsInstanceCapacityReservationSpecificationCapacityReservationTarget;
    AwsInstanceCapacityReservationSpecification {
        capacity_reservation_preference: text!(from.capacity_reservation_preference),
        capacity_reservation_target: from.capacity_reservation_target.map(|target| Target {
            capacity_reservation_id: target.capacity_reservation_id,
            capacity_reservation_resource_group_arn: target.capacity_reservation_resource_group_arn,
        }),
    }
}

fn spot(request: &sdk::SpotInstanceRequest) -> AwsInstanceInstanceMarketOptionsSpotOptions {
    AwsInstanceInstanceMarketOptionsSpotOptions {
        instance_interruption_behavior: text!(request.instance_interruption_behavior.as_ref()),
        max_price: request.spot_price.clone(),
        spot_instance_type: text!(request.r#type.as_ref()),
        valid_until: request.valid_until.and_then(|time| time.fmt(Format::DateTime).ok()),
    }
}

/// Whether AWS gave the interface a public address at launch. That cannot be told while the instance does not run, or
/// while an elastic IP address stands in its place.
fn has_own_public_address(
    spec: &AwsInstance,
    association: Option<&sdk::InstanceNetworkInterfaceAssociation>,
) -> Option<bool> {
    match association.and_then(|association| association.ip_owner_id()) {
        Some(owner) => (owner == "amazon").then_some(true),
        None => (spec.instance_state.as_deref() == Some("running")).then_some(false),
    }
}

/// What of an instance is that of its interfaces.
fn interfaces_into(spec: &mut AwsInstance, interfaces: Vec<sdk::InstanceNetworkInterface>) {
    for interface in interfaces {
        let Some(id) = interface.network_interface_id else { continue };
        let attachment = interface.attachment;
        let index = attachment.as_ref().and_then(|a| a.device_index).map_or(0, number);
        let with_instance = attachment.as_ref().and_then(|a| a.delete_on_termination);
        let card = attachment.and_then(|attachment| attachment.network_card_index).map(number);
        if index == 0 && card.unwrap_or_default() == 0 {
            spec.associate_public_ip_address =
                has_own_public_address(spec, interface.association.as_ref());
            let addresses = interface.ipv6_addresses.unwrap_or_default();
            spec.enable_primary_ipv6 =
                Some(addresses.iter().any(|address| address.is_primary_ipv6 == Some(true)));
            spec.ipv6_address_count = i64::try_from(addresses.len()).ok();
            spec.ipv6_addresses = addresses.into_iter().filter_map(|a| a.ipv6_address).collect();
            spec.primary_network_interface_id = Some(id.clone());
            spec.primary_network_interface = Some(AwsInstancePrimaryNetworkInterface {
                delete_on_termination: with_instance,
                network_interface_id: id.clone(),
            });
            spec.secondary_private_ips = interface
                .private_ip_addresses
                .unwrap_or_default()
                .into_iter()
                .filter(|address| address.primary != Some(true))
                .filter_map(|address| address.private_ip_address)
                .collect();
        }
        spec.network_interface.push(AwsInstanceNetworkInterface {
            delete_on_termination: with_instance,
            device_index: index,
            network_card_index: card,
            network_interface_id: id,
        });
    }
}
