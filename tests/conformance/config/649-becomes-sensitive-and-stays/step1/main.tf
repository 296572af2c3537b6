resource "terraform_data" "x" {
  input = "a"
  triggers_replace = "t"
}
