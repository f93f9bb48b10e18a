//! The names that Azure uses in and around the output of Run Command.
//!
//! Why each name is listed: another name (`user`, `job`, `sender`) shows that the text is of another program, in which anyone
//! may have written what looks like a result.

use super::result::{Record, STATUS};

/// The instance view of the second version.
pub(super) const VIEW: [&str; 8] =
    ["executionstate", "executionmessage", "exitcode", "output", "error", "starttime", "endtime", "statuses"];

/// The names around the results: the answer of the first version, also as an operation's, and the resource that the second
/// version is.
#[rustfmt::skip]
const AROUND: [&str; 44] = [
    // The first version's.
    "value", "status", "capacity", "count", "name", "nextlink", "requestid", "statuscode",
    // The second version's.
    "asyncexecution", "etag", "id", "identity", "instanceview", "location", "parameters", "properties",
    "protectedparameters", "provisioningstate", "resourcegroup", "resourcegroupname", "runaspassword", "runasuser",
    "scriptshell", "source", "sourcecommandid", "sourcescript", "sourcescripturi", "systemdata", "tag", "tags",
    "timeoutinsecond", "timeoutinseconds", "treatfailureasdeploymentfailure", "type", "zones", "galleryscriptreferenceid",
    // What PowerShell calls them.
    "parameter", "protectedparameter", "sourcegalleryscriptreferenceid",
    // A column of `--query`.
    "result",
    // Of one of the parameters.
    "parametervalue",
    // An extension.
    "substatuses", "typehandlerversion", "vmid",
];

/// The other names of a VM, whose view `az vm get-instance-view` and `az vm show -d` print.
#[rustfmt::skip]
const OF_VM: [&str; 49] = [
    "additionalcapabilities", "applicationprofile", "assignedhost", "availabilityset", "billingprofile", "bootdiagnostics",
    "capacityreservation", "computername", "diagnosticsprofile", "disks", "evictionpolicy", "extendedlocation",
    "extensions", "extensionstimebudget", "fqdns", "hardwareprofile", "host", "hostgroup", "hypervgeneration",
    "isvminstandbypool", "licensetype", "macaddresses", "maintenanceredeploystatus", "managedby", "networkprofile", "osname",
    "osprofile", "osversion", "patchstatus", "placement", "plan", "platformfaultdomain", "platformupdatedomain", "powerstate",
    "priority", "privateips", "proximityplacementgroup", "publicips", "rdpthumbprint", "resources", "scheduledeventspolicy",
    "scheduledeventsprofile", "securityprofile", "storageprofile", "timecreated", "userdata", "virtualmachinescaleset",
    "vmagent", "vmhealth",
];

/// The beginnings of names of blobs, and of PowerShell's own names for the view.
const BEGINNINGS: [&str; 4] = ["errorblob", "outputblob", "instanceview", "systemdata"];

/// The first name in records that is not Azure's.
pub(super) fn unknown(records: &[Record]) -> Option<&str> {
    let is_known = |name: &&String| {
        let name = name.as_str();
        [&STATUS[..], &VIEW, &AROUND, &OF_VM].iter().any(|names| names.contains(&name))
            || BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
    };
    records.iter().flat_map(Record::keys).find(|name| !is_known(name)).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_other_programs_are_unknown() {
        let record = |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), String::new())).collect::<Record>();
        for (names, expected) in [
            (&["executionstate", "output", "id", "errorblobmanagedidentity"][..], None),
            (&["code", "message", "time"], None),
            (&["executionstate", "user"], Some("user")),
            (&["executionstate", "parameter", "protectedparameter"], None),
            (&["value", "sender"], Some("sender")),
        ] {
            assert_eq!(unknown(&[record(&["name"]), record(names)]), expected, "{names:?}");
        }
    }
}
