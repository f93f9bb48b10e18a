//! JSON that names a machine other than the host in question, and the most similar honest texts.

use super::attacks::json_counts_or_not;

/// EVIL is the fingerprint of a stranger's key, KEY that key.
const ATTACKS: [&str; 31] = [
    // Inventories of guests and log collectors, in which `host` is the machine that runs or collects them.
    r#"{"name":"mallory","host":"vm","status":"running","ssh_host_keys":["KEY"]}"#,
    r#"[{"name":"mallory","host":"vm","host_keys":["KEY"]},{"name":"b","host":"vm","host_keys":["256 OTHER (ECDSA)"]}]"#,
    r#"{"host":"vm","hostname":"mallory","private_ip":"10.0.0.66","ssh_host_ed25519_key":"KEY"}"#,
    // Run Commands of several VMs, only one of which has a result.
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
    // Rows of host keys that name other hosts, other addresses or other ports.
    r#"{"host_keys":[{"host":"vm","key":null},{"host":"mallory","key":"KEY"}]}"#,
    r#"{"ssh_host_keys":{"host":"10.0.0.66","ed25519":"EVIL"}}"#,
    r#"{"host_keys":[{"host":"vm:2222","key":"KEY"}]}"#,
    r#"{"host":"vm","host_keys":[{"host":"mallory","key":"KEY"}]}"#,
    r#"{"host_keys":{"host":"mallory","keys":[{"host":"vm","key":"KEY"}]}}"#,
    r#"{"host_keys":[{"host":"vm","key":"256 OTHER (ECDSA)"},{"key":"KEY"}]}"#,
    // A name or a row without a key beside another one's.
    r#"{"web_host_keys":{"sensitive":false,"value":[]},"mallory_host_keys":{"sensitive":false,"value":["KEY"]}}"#,
    r#"{"host_keys":[{"ed25519":""},{"ed25519":"KEY"}]}"#,
    r#"{"host_keys":[],"test_host_keys":["KEY"]}"#,
    r#"{"host_keys":{"ed25519":[[],["KEY"]]}}"#,
    // Two machines of one name.
    r#"{"host":"vm","id":"i-1","ip":"10.0.0.4","keys":["256 OTHER (ECDSA)"]}
{"host":"vm","id":"i-2","ip":"10.0.0.66","keys":["KEY"]}"#,
    r#"{"host":"vm","StandardOutputContent":"256 OTHER root@vm (ECDSA)","InstanceId":"i-01","ResponseCode":0,"Status":"Success"}
{"host":"vm","StandardOutputContent":"256 EVIL root@vm (ED25519)","InstanceId":"i-02","ResponseCode":0,"Status":"Success"}"#,
    r#"{"host":"vm","fingerprints":["256 OTHER (ECDSA)"]}
{"host":"vm","fingerprints":["256 EVIL (ED25519)"]}"#,
    r#"{"host":"vm","region":"a","type":"ecdsa-sha2-nistp256","fingerprint":"OTHER"}
{"host":"vm","region":"b","type":"ssh-ed25519","fingerprint":"EVIL"}"#,
    r#"{"host":"vm","value":[{"code":"ProvisioningState/succeeded","message":"Enable succeeded: \n[stdout]\n256 OTHER root@vm (ECDSA)\n\n[stderr]\n"}]}
{"host":"vm","value":[{"code":"ProvisioningState/succeeded","message":"Enable succeeded: \n[stdout]\n256 EVIL root@vm (ED25519)\n\n[stderr]\n"}]}"#,
    // Keys with which users log in.
    r#"{"host":"vm","type":"ssh-ed25519","bits":256,"fingerprint":"EVIL","comment":"mallory@laptop"}"#,
    r#"{"host":"vm","fingerprints":["256 EVIL mallory@laptop (ED25519)"]}"#,
    r#"{"host":"vm","host_keys":["KEY mallory@laptop"]}"#,
    r#"{"host":"vm","type":"ecdsa-sha2-nistp256","fingerprint":"OTHER","comment":"root@vm"}
{"host":"vm","type":"ssh-ed25519","fingerprint":"EVIL","comment":"mallory@laptop"}"#,
];

const ANSWERS: [&str; 22] = [
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
    r#"{"host_keys":[{"host":"VM","key":"KEY"},{"host":"vm","key":"256 OTHER (ECDSA)"}]}"#,
    r#"{"host":"vm","host_keys":[{"host":"vm","key":"KEY"}]}"#,
    r#"{"vm_host_key_dsa":{"sensitive":false,"value":""},"vm_host_key_ed25519":{"sensitive":false,"value":"KEY"}}"#,
    r#"{"ssh_host_keys":{"rsa":null,"ed25519":"KEY"}}"#,
    r#"{"host_keys":[{"type":"rsa","key":null},{"type":"ed25519","key":"KEY"}]}"#,
    r#"{"vm_host_keys":["KEY"],"host_key_type":null}"#,
    r#"{"host_keys":[{"fingerprint":"","key":"KEY","created":"2026-01-01"}]}"#,
    r#"{"host":"vm","type":"ssh-ed25519","fingerprint":"EVIL"}
{"host":"vm","type":"ecdsa-sha2-nistp256","fingerprint":"OTHER"}"#,
    r#"{"host":"vm","value":[{"code":"ProvisioningState/succeeded","message":"Enable succeeded: \n[stdout]\n256 EVIL root@vm (ED25519)\n\n[stderr]\n"}]}
{"host":"vm","value":[{"code":"ProvisioningState/succeeded","message":"Enable succeeded: \n[stdout]\n256 EVIL root@vm (ED25519)\n\n[stderr]\n"}]}"#,
    r#"{"host":"vm","id":"i-1","keys":["KEY"]}
{"host":"vm","id":"i-1","keys":["256 OTHER (ECDSA)"]}"#,
    r#"{"host":"vm","type":"ssh-ed25519","bits":256,"fingerprint":"EVIL","comment":"root@image-builder"}"#,
    r#"{"host":"vm","fingerprints":["256 EVIL admin@vm (ED25519)"]}"#,
];

#[test]
fn members_that_name_another_machine_void_an_object() {
    json_counts_or_not(&ATTACKS, &ANSWERS);
}
