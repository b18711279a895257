"""What the service is compared with; each speaks enough of its protocol for the load client."""
