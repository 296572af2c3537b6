"""Elastic Load Balancing v2, served from memory: names, defaults, echoes and refusals as AWS documents them.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/Welcome.html
"""
