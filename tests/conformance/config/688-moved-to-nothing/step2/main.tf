moved {
  from = terraform_data.a
  to = terraform_data.b
}
moved {
  from = module.m
  to = module.n
}
