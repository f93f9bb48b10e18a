//! JSON that names another machine than the host that is asked for, and the honest texts that are nearest to it.

use super::attacks::json_counts_or_not;

/// EVIL is the fingerprint of a stranger's key, KEY their key.
const ATTACKS: [&str; 12] = [
    // Inventories of guests and collectors of logs, in which `host` is the machine underneath.
    r#"{"name":"mallory","host":"vm","status":"running","ssh_host_keys":["KEY"]}"#,
    r#"[{"name":"mallory","host":"vm","host_keys":["KEY"]},{"name":"b","host":"vm","host_keys":["256 OTHER (ECDSA)"]}]"#,
    r#"{"host":"vm","hostname":"mallory","private_ip":"10.0.0.66","ssh_host_ed25519_key":"KEY"}"#,
    // Run Commands of several VMs, of which one has a result.
    r#"[{"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm/runCommands/fp","name":"fp","provisioningState":"Succeeded","instanceView":null,"source":{"script":"cat /etc/ssh/ssh_host_ed25519_key.pub"}},{"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/mallory/runCommands/fp","name":"fp","provisioningState":"Succeeded","instanceView":{"executionState":"Succeeded","exitCode":0,"output":"256 EVIL root@vm (ED25519)","error":""},"source":{"script":"cat /etc/ssh/ssh_host_ed25519_key.pub"}}]"#,
    r#"[{"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm/runCommands/fp","name":"fp","provisioningState":"Succeeded","instanceView":null},{"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/mallory/runCommands/fp","name":"fp","provisioningState":"Succeeded","instanceView":{"executionState":"Succeeded","exitCode":0,"output":"256 EVIL root@vm (ED25519)","error":""}}]"#,
    // Scripts of other users, with other values, or that are not shown.
    r#"{"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm/runCommands/fp","name":"fp","provisioningState":"Succeeded","instanceView":{"executionState":"Succeeded","exitCode":0,"output":"256 EVIL root@vm (ED25519)","error":""},"source":{"script":"cat /etc/ssh/ssh_host_ed25519_key.pub"},"runAsUser":"mallory"}"#,
    r#"{"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm/runCommands/fp","name":"fp","provisioningState":"Succeeded","instanceView":{"executionState":"Succeeded","exitCode":0,"output":"256 EVIL root@vm (ED25519)","error":""},"source":{"script":"ssh-keygen -lf /etc/ssh/ssh_host_rsa_key.pub; ssh-keygen -lf $F"},"parameters":[{"name":"F","value":"/home/mallory/x.pub"}]}"#,
    r#"{"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm/runCommands/fp","name":"fp","provisioningState":"Succeeded","instanceView":{"executionState":"Succeeded","exitCode":0,"output":"256 EVIL root@vm (ED25519)","error":""},"source":{"script":"cat /etc/ssh/ssh_host_ed25519_key.pub"},"protectedParameters":[{"name":"F"}]}"#,
    r#"{"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm/runCommands/fp","name":"fp","provisioningState":"Succeeded","instanceView":{"executionState":"Succeeded","exitCode":0,"output":"256 EVIL root@vm (ED25519)","error":""},"source":{"scriptUri":"https://gist.example/mallory/x.sh"}}"#,
    "- id: /subscriptions/x/resourceGroups/x/providers/Microsoft.Compute/virtualMachines/vm/runCommands/fp\n  instanceView: null\n  provisioningState: Succeeded\n- id: /subscriptions/x/resourceGroups/x/providers/Microsoft.Compute/virtualMachines/mallory/runCommands/fp\n  instanceView:\n    executionState: Succeeded\n    exitCode: 0\n    output: '256 EVIL root@vm (ED25519)'\n  provisioningState: Succeeded\n",
    "- id: /subscriptions/x/resourceGroups/x/providers/Microsoft.Compute/virtualMachines/vm/runCommands/fp\n  instanceView:\n    executionState: Succeeded\n    exitCode: 0\n    output: '256 EVIL root@vm (ED25519)'\n  parameters:\n  - name: F\n    value: /home/mallory/x.pub\n  provisioningState: Succeeded\n",
    "- id: /subscriptions/x/resourceGroups/x/providers/Microsoft.Compute/virtualMachines/vm/runCommands/fp\n  instanceView:\n    executionState: Succeeded\n    exitCode: 0\n    output: '256 EVIL root@vm (ED25519)'\n  source:\n    scriptUri: https://gist.example/x.sh\n  provisioningState: Succeeded\n",
];

const ANSWERS: [&str; 10] = [
    r#"{"host":"vm","name":"vm","status":"running","ssh_host_keys":["KEY"]}"#,
    r#"{"host":"vm","hostname":"vm.example.com","ip":"10.0.0.4","ssh_host_ed25519_key":"KEY"}"#,
    r#"{"host":"vm","instance_id":"i-0a1","host_keys":["KEY"]}"#,
    r#"[{"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm/runCommands/fp","name":"fp","provisioningState":"Succeeded","instanceView":null,"source":{"script":"cat /etc/ssh/ssh_host_ed25519_key.pub"}},{"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/VM/runCommands/fp","name":"fp","provisioningState":"Succeeded","instanceView":{"executionState":"Succeeded","exitCode":0,"output":"256 EVIL root@vm (ED25519)","error":""},"source":{"script":"cat /etc/ssh/ssh_host_ed25519_key.pub"}}]"#,
    r#"{"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm/runCommands/fp","name":"fp","provisioningState":"Succeeded","instanceView":{"executionState":"Succeeded","exitCode":0,"output":"256 EVIL root@vm (ED25519)","error":""},"source":{"script":"cat /etc/ssh/ssh_host_ed25519_key.pub"},"runAsUser":null,"runAsPassword":null,"parameters":null}"#,
    r#"{"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm/runCommands/fp","name":"fp","provisioningState":"Succeeded","instanceView":{"executionState":"Succeeded","exitCode":0,"output":"256 EVIL root@vm (ED25519)","error":""},"source":{"script":"cat /etc/ssh/ssh_host_ed25519_key.pub"},"runAsUser":"root","parameters":[]}"#,
    r#"{"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm/runCommands/fp","name":"fp","provisioningState":"Succeeded","instanceView":{"executionState":"Succeeded","exitCode":0,"output":"256 EVIL root@vm (ED25519)","error":""},"source":{"commandId":"RunShellScript"}}"#,
    "- id: /subscriptions/x/resourceGroups/x/providers/Microsoft.Compute/virtualMachines/vm/runCommands/fp\n  instanceView: null\n  provisioningState: Succeeded\n- id: /subscriptions/x/resourceGroups/x/providers/Microsoft.Compute/virtualMachines/vm/runCommands/fp\n  instanceView:\n    executionState: Succeeded\n    exitCode: 0\n    output: '256 EVIL root@vm (ED25519)'\n  provisioningState: Succeeded\n",
    "- id: /subscriptions/x/resourceGroups/x/providers/Microsoft.Compute/virtualMachines/vm/runCommands/fp\n  instanceView:\n    executionState: Succeeded\n    exitCode: 0\n    output: '256 EVIL root@vm (ED25519)'\n  runAsUser: null\n  parameters: []\n  provisioningState: Succeeded\n",
    r#"{"stdout":"256 EVIL root@vm (ED25519)","rc":0,"cmd":"for k in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf $k; done"}"#,
];

#[test]
fn members_that_name_another_machine_void_an_object() {
    json_counts_or_not(&ATTACKS, &ANSWERS);
}
