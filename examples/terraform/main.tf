# A host's key, verified by hostfp before a provisioner connects.

terraform {
  required_providers {
    external = {
      source = "hashicorp/external"
    }
  }
}

variable "host" {
  description = "The host: its name or address, with :PORT if that is not 22."
  type        = string
}

variable "expect" {
  description = "A fingerprint of the host, or a file with the cloud's output for its keys."
  type        = string
}

data "external" "host" {
  program = ["sh", "${path.module}/verify.sh"]
  query = {
    host   = var.host
    expect = var.expect
  }
}

output "host_key" {
  description = "For `host_key` in a provisioner's `connection`."
  value       = data.external.host.result.host_key
}

output "fingerprint" {
  value = data.external.host.result.fingerprint
}
