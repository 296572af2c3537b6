check "c" {
  data "terraform_remote_state" "a" {
    backend = "local"
    config = { path = "x.tfstate" }
  }
  assert {
    condition = data.terraform_remote_state.a.outputs.v == 1
    error_message = "x"
  }
  assert {
    condition = data.terraform_remote_state.a.outputs.v == 2
    error_message = "y"
  }
}
output "o" { value = data.terraform_remote_state.a.outputs.v }
