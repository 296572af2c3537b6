data "terraform_remote_state" "a" {
  for_each = toset(["x", "y"])
  backend = "local"
  config = { path = "${each.key}.tfstate" }
}
output "o" { value = { for k, v in data.terraform_remote_state.a : k => v.outputs.v } }
output "p" { value = values(data.terraform_remote_state.a)[*].outputs.v }
