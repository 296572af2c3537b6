//! Instance types by what they can do instead of by name: one block of launch templates and of autoscaling groups, which
//! each SDK has types of its own for.

use super::small;

/// An end of a range as the schema has it; the SDK may always leave it out.
pub trait End<T> {
    fn to_sdk(&self) -> Option<T>;
    fn from_sdk(end: Option<T>) -> Self;
}

impl End<i32> for Option<i64> {
    fn to_sdk(&self) -> Option<i32> {
        self.map(small)
    }
    fn from_sdk(end: Option<i32>) -> Self {
        end.map(i64::from)
    }
}

impl End<i32> for i64 {
    fn to_sdk(&self) -> Option<i32> {
        Some(small(*self))
    }
    fn from_sdk(end: Option<i32>) -> Self {
        end.map(Self::from).unwrap_or_default()
    }
}

impl End<f64> for Option<f64> {
    fn to_sdk(&self) -> Option<f64> {
        *self
    }
    fn from_sdk(end: Option<f64>) -> Self {
        end
    }
}

/// Makes `to_sdk` and `from_sdk` for the block `$block` and an SDK's types `$request` and `$answer`. A range is given as
/// the schema's argument and block, then the SDK's field and type.
macro_rules! requirements {
    (
        $block:ident, $request:ident, $answer:ident;
        $($argument:ident: $range:ident, $field:ident: $sdk_range:ident;)*
    ) => {
        /// For the SDK.
        pub(super) fn to_sdk(from: &$block) -> sdk::$request {
            let mut to = sdk::$request::builder()
                .set_accelerator_manufacturers(words(&from.accelerator_manufacturers))
                .set_accelerator_names(words(&from.accelerator_names))
                .set_accelerator_types(words(&from.accelerator_types))
                .set_allowed_instance_types(some(&from.allowed_instance_types))
                .set_bare_metal(from.bare_metal.as_deref().map(Into::into))
                .set_burstable_performance(from.burstable_performance.as_deref().map(Into::into))
                .set_cpu_manufacturers(words(&from.cpu_manufacturers))
                .set_excluded_instance_types(some(&from.excluded_instance_types))
                .set_instance_generations(words(&from.instance_generations))
                .set_local_storage(from.local_storage.as_deref().map(Into::into))
                .set_local_storage_types(words(&from.local_storage_types))
                .set_max_spot_price_as_percentage_of_optimal_on_demand_price(
                    from.max_spot_price_as_percentage_of_optimal_on_demand_price.map(small),
                )
                .set_on_demand_max_price_percentage_over_lowest_price(
                    from.on_demand_max_price_percentage_over_lowest_price.map(small),
                )
                .set_require_hibernate_support(from.require_hibernate_support)
                .set_spot_max_price_percentage_over_lowest_price(
                    from.spot_max_price_percentage_over_lowest_price.map(small),
                )
                .build();
            $(
                to.$field = from.$argument.as_ref().map(|range| {
                    let ends = sdk::$sdk_range::builder();
                    ends.set_min(range.min.to_sdk()).set_max(range.max.to_sdk()).build()
                });
            )*
            to
        }

        /// From the SDK.
        pub(super) fn from_sdk(from: sdk::$answer) -> $block {
            $block {
                accelerator_manufacturers: texts(from.accelerator_manufacturers, |item| item.as_str()),
                accelerator_names: texts(from.accelerator_names, |item| item.as_str()),
                accelerator_types: texts(from.accelerator_types, |item| item.as_str()),
                allowed_instance_types: from.allowed_instance_types.unwrap_or_default(),
                bare_metal: from.bare_metal.map(|word| word.as_str().to_owned()),
                burstable_performance: from
                    .burstable_performance
                    .map(|word| word.as_str().to_owned()),
                cpu_manufacturers: texts(from.cpu_manufacturers, |item| item.as_str()),
                excluded_instance_types: from.excluded_instance_types.unwrap_or_default(),
                instance_generations: texts(from.instance_generations, |item| item.as_str()),
                local_storage: from.local_storage.map(|word| word.as_str().to_owned()),
                local_storage_types: texts(from.local_storage_types, |item| item.as_str()),
                max_spot_price_as_percentage_of_optimal_on_demand_price: from
                    .max_spot_price_as_percentage_of_optimal_on_demand_price
                    .map(i64::from),
                on_demand_max_price_percentage_over_lowest_price: from
                    .on_demand_max_price_percentage_over_lowest_price
                    .map(i64::from),
                require_hibernate_support: from.require_hibernate_support,
                spot_max_price_percentage_over_lowest_price: from
                    .spot_max_price_percentage_over_lowest_price
                    .map(i64::from),
                $(
                    $argument: from.$field.map(|range| $range {
                        max: End::from_sdk(range.max),
                        min: End::from_sdk(range.min),
                    }),
                )*
            }
        }
    };
}
pub(super) use requirements;
