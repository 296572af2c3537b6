data "terraform_remote_state" "a" {
  backend = "local"
  config = { path = "x.tfstate" }
}
output "o" { value = data.terraform_remote_state.a.outputs }
output "l" { value = data.terraform_remote_state.a.outputs.l[0] }
output "all" {
 value = data.terraform_remote_state.a
 sensitive = true
}
