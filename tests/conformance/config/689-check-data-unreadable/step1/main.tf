check "c" {
  data "terraform_remote_state" "l" { 
    backend = "local"
    config = { path = "nope.tfstate" }
  }
  assert {
    condition = data.terraform_remote_state.l.outputs.x == 1
    error_message = "Got it."
  }
}
resource "terraform_data" "a" {}
