//! Texts that once made hostfp vouch for another key through members or names that it did not check, and the most similar
//! honest texts.

use super::attacks::json_counts_or_not;

/// EVIL is the fingerprint of a stranger's key, KEY that key.
const ATTACKS: [&str; 79] = [
    // Commands and scripts that ask another machine, or read other keys.
    r#"{"stdout":"256 EVIL vm2 (ED25519)","rc":0,"cmd":["ssh-keygen","-lf","/etc/ssh/ssh_known_hosts"]}"#,
    r#"{"stdout":"256 EVIL vm (ED25519)","rc":0,"cmd":"hostfp --connect vm"}"#,
    r#"{"stdout":"256 EVIL root@vm (ED25519)","rc":0,"cmd":"ssh-keygen -lf /etc/ssh/user_ca.pub"}"#,
    r#"{"stdout":"256 EVIL root@vm (ED25519)","rc":0,"cmd":"cat /var/lib/machines/c1/etc/ssh/ssh_host_ed25519_key.pub"}"#,
    r#"{"stdout":"256 EVIL root@vm (ED25519)","rc":0,"invocation":{"module_args":{"_raw_params":"ssh-keyscan vm2"}}}"#,
    r#"{"stdout":"256 EVIL root@vm (ED25519)","rc":0,"_ansible_delegated_host":"vm2"}"#,
    r#"{"instanceView":{"executionState":"Succeeded","exitCode":0,"output":"256 EVIL root@vm (ED25519)"},"source":{"script":"ssh-keyscan vm2 | ssh-keygen -lf -"}}"#,
    "instanceView:\n  executionState: Succeeded\n  output: 256 EVIL root@vm (ED25519)\nsource:\n  script: ssh-keyscan vm2 | ssh-keygen -lf -\n",
    // A script's standard error with traces of a scan.
    r##"{"instanceView":{"executionState":"Succeeded","exitCode":0,"output":"256 EVIL vm (ED25519)\n","error":"# vm:22 SSH-2.0-OpenSSH_9.6\n"}}"##,
    r#"{"stdout":"256 EVIL root@vm (ED25519)","stderr":"@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @","rc":0}"#,
    "Enable succeeded: \n[stdout]\n256 EVIL vm (ED25519)\n\n[stderr]\n# vm:22 SSH-2.0-OpenSSH_9.6\n",
    r##"{"stdout":"256 EVIL root@vm (ED25519)","stderr_lines":["# vm:22 SSH-2.0-OpenSSH_9.6"],"rc":0}"##,
    r#"{"stdout":"256 EVIL root@vm (ED25519)","stderr":"vm2: Warning: Permanently added 'vm2' (ED25519) to the list of known hosts.","rc":0}"#,
    // Logins, and names that only end like assurances.
    r#"{"time":"2026-11-29T21:00:00Z","host":"vm","id":"mallory","ip":"203.0.113.9","login_success":true,"type":"ssh-ed25519","fingerprint":"EVIL"}"#,
    r#"{"host":"vm","id":"mallory","type":"ssh-ed25519","fingerprint":"EVIL"}"#,
    r#"{"host":"vm","fqdn":"db7.example","fingerprint":"EVIL"}"#,
    r#"{"mitm_success":true,"host_keys":["KEY"]}"#,
    r#"{"complete_compromise":true,"host_keys":["KEY"]}"#,
    r#"{"host":"vm","keys":["KEY mallory@laptop"]}"#,
    // Other programs' members around what looks like a result of Run Command.
    r#"{"executionState":"Succeeded","exitCode":0,"output":"256 EVIL root@vm (ED25519)","user":"mallory","job":"pull request 7"}"#,
    r#"{"host":"vm","executionState":"Succeeded","output":"256 EVIL root@vm (ED25519)","user":"mallory","level":"warn"}"#,
    r#"{"sender":"mallory","value":[{"code":"ProvisioningState/succeeded","message":"[stdout]\n256 EVIL x (ED25519)\n[stderr]\n"}]}"#,
    r#"{"instanceView":{"message":"Enable succeeded: \n[stdout]\n256 EVIL x (ED25519)\n[stderr]\n"},"user":{"name":"mallory"}}"#,
    "executionState: Succeeded\nid: 7\njob: pull request 7\noutput: 256 EVIL root@vm (ED25519)\nuser: mallory\n",
    "ExecutionState  Output                                                                       User\n--------------  ---------------------------------------------------------------------------  -------\nSucceeded       256 EVIL x (ED25519)              mallory\n",
    "ExecutionState : Succeeded\nOutput         : 256 EVIL x (ED25519)\nError          : \nUser           : mallory\n",
    "Code    : ProvisioningState/succeeded\nMessage : Enable succeeded: \n          [stdout]\n          256 EVIL x (ED25519)\n          [stderr]\nSender  : mallory\n",
    // Other members about a host key, under a name that looks like a host key's.
    r#"{"time":"2026-11-29T21:00:00Z","hostname":"vm","host_key":"KEY","host_key_known":false,"host_key_action":"prompt"}"#,
    r#"{"hostname":"vm","host_key":"KEY","host_key_for":"db7"}"#,
    r#"{"hostname":"vm","host_key":"KEY","host_key_port":2222}"#,
    r#"{"hostname":"vm","host_key":"KEY","host_fingerprint_warning":"REMOTE HOST IDENTIFICATION HAS been replaced"}"#,
    r#"{"hostname":"vm","host_key":"KEY","strict_host_key_checking":"no"}"#,
    r#"{"ip":"203.0.113.9","timestamp":"x","ssh_host_key":"KEY","host_key_algorithms":["ssh-ed25519"]}"#,
    r#"{"hostname":"vm","host_key":"KEY","host_key_type":"user"}"#,
    r#"{"hostname":"vm","host_key":"KEY","expected_host_key":null}"#,
    // A server at another port.
    r#"{"vm_host_key":{"sensitive":false,"type":"string","value":"KEY"},"ssh_port":{"sensitive":false,"type":"number","value":2222}}"#,
    r#"{"host":"vm","address":"vm:2222","fingerprint":"EVIL"}"#,
    r#"{"hostname":"[vm]:2222","host_keys":["KEY"]}"#,
    // A log of the connection beside the key.
    r#"{"hostname":"vm","host_key":"KEY","output":"Warning: Permanently added 'vm'"}"#,
    r#"{"host":"vm","output":"Warning: Permanently added","host_key":"KEY"}"#,
    // A user's page, a web form, neighbours, containers and accounts.
    r#"{"login":"mallory","ssh_key_fingerprints":{"SHA256_ED25519":"EVIL"}}"#,
    r#"{"users":{},"id":7,"ssh_key_fingerprints":{"SHA256_ED25519":"EVIL"}}"#,
    r#"{"accounts":{"sensitive":false,"value":{"mallory":{"ssh_key_fingerprints":{"SHA256_ED25519":"EVIL"}}}}}"#,
    r#"{"user":{"value":"mallory"},"host_key":{"value":"KEY"}}"#,
    r#"{"ansible_facts":{"lldp":{"eth0":{"ssh_host_ed25519_key":"KEY"}}},"changed":false}"#,
    r#"{"ansible_facts":{"accounts":{"mallory":{"ssh_key_fingerprints":{"SHA256_ED25519":"EVIL"}}}},"changed":false}"#,
    r#"{"ansible_fqdn":"vm","ansible_lxc":{"mallory":{"host_key":"KEY"}}}"#,
    // Another object of the host.
    "{\"host\":\"vm\",\"fingerprint\":\"EVIL\"}\n{\"host\":\"vm\",\"warning\":\"mitm\"}",
    r#"[{"host":"vm","fingerprint":"EVIL"},{"host":"vm","user":"x","event":"mitm"}]"#,
    "{\"host\":\"vm\",\"fingerprint\":\"EVIL\"}\n{\"host\":\"vm.\",\"error\":\"signature is wrong\"}",
    r#"{"host":"vm","fingerprint":"EVIL","created":"before it was built again"}"#,
    r#"{"host":"vm","fingerprint":"EVIL","id":"mallory's laptop"}"#,
    // Members that the tools never print for a machine's own key.
    r#"{"hostname":"web2","file":"/etc/ssh/ssh_host_ed25519_key.pub","line":1,"form":"openssh-public","type":"ssh-ed25519","fingerprint":"EVIL"}"#,
    r#"{"port":2222,"file":"/etc/ssh/ssh_host_ed25519_key.pub","line":1,"form":"openssh-public","type":"ssh-ed25519","fingerprint":"EVIL"}"#,
    // A type that is not a key type, and other words under a name of host keys.
    r#"{"host_keys":[{"type":"blacklist","key":"KEY"}]}"#,
    r#"{"host_keys":[{"hash":"not checked","key":"KEY"}]}"#,
    r#"{"host_key":{"key":"KEY","value":"MITM"}}"#,
    r#"{"host_keys":{"ed25519":"KEY","rsa":"not checked"}}"#,
    // Names that mean more than that a machine has the key.
    r#"{"hostname":"vm","blacklisted_host_keys":"KEY"}"#,
    r#"{"hostname":"vm","claimed_host_key":"KEY"}"#,
    r#"{"hostname":"vm","container_host_key":"KEY"}"#,
    r#"{"hostname":"vm","server_host_key":"KEY","server_host_key_algorithm":"ssh-ed25519"}"#,
    r#"{"hostname":"vm","vm_host_host_key":"KEY"}"#,
    // Commands that read the key of another host.
    r#"{"stdout":"256 EVIL root@vm (ED25519)","rc":0,"cmd":"ssh-keyscan vm | ssh-keygen -lf -"}"#,
    r#"{"stdout":"256 EVIL root@vm (ED25519)","rc":0,"cmd":["ssh-keygen","-lf","id_ed25519.pub"]}"#,
    r#"{"stdout":"256 EVIL root@vm (ED25519)","rc":0,"cmd":["docker","exec","app","ssh-keygen","-lf","/etc/ssh/ssh_host_ed25519_key.pub"]}"#,
    // A key that expired, in milliseconds.
    r#"{"host_keys":[{"key":"KEY","expires_at":1600000000000}]}"#,
    // Text that only looks like PowerShell's report of success.
    "DEBUG: HTTP RESPONSE of https://evil.example/vm\nBody:\n{\"hostname\":\"vm\",\"host_key\":\"KEY\"}\n",
    // The older format of a Run Command answer, with another program's names.
    r#"{"output":[{"code":"ProvisioningState/succeeded","message":"Enable succeeded: \n[stdout]\n256 EVIL x (ED25519)\n[stderr]\n"}],"user":"mallory"}"#,
    r#"{"output":[{"code":"ProvisioningState/succeeded","message":"Enable succeeded: \n[stdout]\n256 EVIL x (ED25519)\n[stderr]\n","from":"mallory"}],"status":"Succeeded"}"#,
    r#"{"output":[{"code":"ProvisioningState/succeeded","message":"Enable succeeded: \n[stdout]\n256 EVIL x (ED25519)\n[stderr]\n"}],"status":"Failed"}"#,
    r#"{"messages":[{"code":"ProvisioningState/succeeded","message":"Enable succeeded: \n[stdout]\n256 EVIL x (ED25519)\n[stderr]\n"}],"status":"Succeeded"}"#,
    // Consoles of clouds with other members.
    r#"{"ConsoleOutput":"SSH host key: EVIL (ED25519)\n","InstanceId":"i-0","User":"mallory"}"#,
    r#"{"InstanceId":"i-0","Output":"SSH host key: EVIL (ED25519)\n","HttpStatusCode":200,"Sender":"mallory"}"#,
    // Outputs of a deployment whose names do not mention host keys, and a type that is not a key type.
    r#"{"login":{"type":"Array","value":["256 EVIL x (ED25519)"]}}"#,
    r#"{"hostKeys":{"type":"Users","value":["256 EVIL x (ED25519)"]}}"#,
    // Amazon Lightsail's members, which anyone can write without its names around them.
    r#"[{"algorithm":"ssh-ed25519","fingerprintSHA256":"EVIL","witnessedAt":1764378000.0}]"#,
    // A user's key by a query.
    r#"["KEY me"]"#,
    r#""KEY me""#,
];

const ANSWERS: [&str; 27] = [
    r#"{"executionState":"Succeeded","exitCode":0,"output":"256 EVIL root@vm (ED25519)","statuses":null}"#,
    r#"{"asyncExecution":false,"id":"/x","instanceView":{"executionState":"Succeeded","exitCode":0,"output":"256 EVIL root@vm (ED25519)"},"location":"westeurope","name":"fp","provisioningState":"Succeeded","resourceGroup":"rg","source":{"script":"x"},"tags":{"owner":"me"},"type":"x"}"#,
    r#"{"startTime":"x","endTime":"x","status":"Succeeded","properties":{"output":{"value":[{"code":"ProvisioningState/succeeded","message":"Enable succeeded: \n[stdout]\n256 EVIL x (ED25519)\n[stderr]\n"}]}},"name":"0"}"#,
    "Code    : ProvisioningState/succeeded\nMessage : Enable succeeded: \n          [stdout]\n          256 EVIL x (ED25519)\n          [stderr]\nTime    : \n",
    r#"{"hostname":"vm","host_key":"KEY","host_key_type":"ssh-ed25519","host_key_hash":"SHA256"}"#,
    r#"{"InstanceId":"i-0","Output":"SSH host key: EVIL (ED25519)\n","Timestamp":"2026","Tags":[]}"#,
    r#"{"verifiable_password_authentication":false,"ssh_key_fingerprints":{"SHA256_ED25519":"EVIL"},"hooks":["192.0.2.0/24"],"domains":{"website":["*.example"]},"installed_version":"3.14"}"#,
    r#"{"web_host_key":{"sensitive":false,"type":"string","value":"KEY"},"user":{"sensitive":false,"type":"string","value":"me"}}"#,
    r#"{"host_key":{"value":"KEY"},"ip":{"value":"10.0.0.4"}}"#,
    r#"{"ansible_facts":{"ansible_lldp":{"eth0":{"host":"x"}},"ansible_ssh_host_key_ed25519_public":"KEY"},"changed":false}"#,
    "{\"host\":\"vm\",\"fingerprint\":\"EVIL\"}\n{\"host\":\"vm\",\"ip\":\"10.0.0.4\",\"status\":\"running\"}",
    r#"{"host":"vm","fingerprint":"EVIL","created":"2026-11-29T21:00:00Z","os":"Ubuntu 24.04"}"#,
    r#"{"file":"/etc/ssh/ssh_host_ed25519_key","form":"openssh-private","type":"ssh-ed25519","bits":256,"fingerprint":"EVIL","comment":null,"verdict":"ok","findings":[]}"#,
    r#"{"my_prod_vm_host_keys":[{"algorithm":"ssh-ed25519","hash":"SHA256","fingerprint":"EVIL"}]}"#,
    r#"{"instanceView":{"executionState":"Succeeded","exitCode":0,"output":"256 EVIL vm (ED25519)\n","error":"locale: cannot set LC_ALL\n"}}"#,
    r#"{"host":"vm","id":"i-0abc","ip":"203.0.113.9","verified":true,"fingerprint":"EVIL"}"#,
    r#"{"host":"vm","fqdn":"vm.example","host_key_verified":true,"keys":["KEY ubuntu@vm"]}"#,
    r#"{"verified":true,"host_keys":["KEY"]}"#,
    r#"{"stdout":"256 EVIL root@vm (ED25519)","rc":0,"cmd":"hostfp","invocation":{"module_args":{"_raw_params":"hostfp","chdir":null}}}"#,
    r#"{"instanceView":{"executionState":"Succeeded","exitCode":0,"output":"256 EVIL root@vm (ED25519)"},"source":{"script":"ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub"}}"#,
    "instanceView:\n  executionState: Succeeded\n  output: 256 EVIL root@vm (ED25519)\nsource:\n  script: cat /etc/ssh/ssh_host_ed25519_key.pub\n",
    r#"{"stdout":"256 EVIL root@vm (ED25519)","rc":0,"cmd":"for f in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf $f; done"}"#,
    r#"["KEY root@vm"]"#,
    r#""KEY""#,
    r#"{"endTime":"x","error":null,"name":"0","output":[{"code":"ProvisioningState/succeeded","displayStatus":"Provisioning succeeded","level":"Info","message":"Enable succeeded: \n[stdout]\n256 EVIL x (ED25519)\n[stderr]\n","time":null}],"startTime":"x","status":"Succeeded"}"#,
    r#"{"InstanceId":"i-0","Output":"SSH host key: EVIL (ED25519)\n","Timestamp":"2026","ResponseMetadata":{"RequestId":"x"},"ContentLength":0,"HttpStatusCode":200}"#,
    r#"{"hostKeys":{"type":"Array","value":["256 EVIL x (ED25519)"]}}"#,
];

#[test]
fn names_and_members_that_are_not_known_void_a_document() {
    json_counts_or_not(&ATTACKS, &ANSWERS);
}
