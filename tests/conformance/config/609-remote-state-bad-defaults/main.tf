data "terraform_remote_state" "a" {
  backend = "local"
  defaults = "x"
}
output "o" { value = data.terraform_remote_state.a.outputs }
