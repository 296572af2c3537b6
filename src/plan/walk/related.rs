//! From an instance of a module to the instances of the modules around it.

use super::Walk;
use super::instance::InstanceId;
use crate::base::ResourceAddress;
use crate::config::{ModuleId, Resource};

impl Walk {
    /// The instances of `module` that expressions in the instance `at` can mean: itself, those it lies in, and what
    /// these call directly.
    pub fn related(&self, at: InstanceId, module: ModuleId) -> Vec<InstanceId> {
        let tree = &self.state.config.tree;
        let caller = tree[module].parent;
        let mut here = Some(at);
        while let Some(at) = here {
            let instance = &self.state.instances[at];
            if instance.module == module {
                return vec![at];
            }
            if Some(instance.module) == caller {
                let index = tree[module]
                    .path
                    .last()
                    .and_then(|name| tree[instance.module].children.get_index_of(name));
                let calls = index.and_then(|index| instance.calls[index].as_ref());
                return calls.map(|calls| calls.members.clone()).unwrap_or_default();
            }
            here = instance.parent;
        }
        Vec::new()
    }

    /// The address of a block in a module instance.
    pub fn block_address(&self, at: InstanceId, resource: &Resource) -> ResourceAddress {
        self.address_of(at, resource)
    }
}
