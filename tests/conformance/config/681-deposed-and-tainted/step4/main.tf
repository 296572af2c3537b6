resource "terraform_data" "a" {
  triggers_replace = 2
  input = "two"
}
