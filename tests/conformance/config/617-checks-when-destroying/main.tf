resource "terraform_data" "a" { input = 1 }
resource "terraform_data" "b" {
  input = terraform_data.a.output
  lifecycle { prevent_destroy = false }
}
output "o" { value = terraform_data.b.id }
check "c" {
  assert {
    condition = terraform_data.a.output == 1
    error_message = "x"
  }
}
