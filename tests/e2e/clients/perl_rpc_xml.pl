#!/usr/bin/perl
# Perl's RPC::XML::Client over LWP, one agent that keeps its connection.
use strict;
use warnings;
use JSON::PP;
use RPC::XML;
use RPC::XML::Client;
use URI;

my ($url, $login, $password) = @ARGV;
my $client = RPC::XML::Client->new($url);
my $address = URI->new($url)->host_port;
$client->useragent->conn_cache({total_capacity => 1});
$client->useragent->credentials($address, 'rollcall', $login, $password);

sub encode {
    my ($value) = @_;
    return RPC::XML::boolean->new($value ? 1 : 0) if JSON::PP::is_bool($value);
    return RPC::XML::struct->new({map { $_ => encode($value->{$_}) } keys %$value}) if ref $value eq 'HASH';
    return RPC::XML::array->new(map { encode($_) } @$value) if ref $value eq 'ARRAY';
    return $value =~ /^-?\d+$/ && !($value ^ $value) ? RPC::XML::int->new($value) : RPC::XML::string->new($value);
}

my @results;
for my $step (@{decode_json(do { local $/; <STDIN> })}) {
    my ($method, $params) = @$step;
    my $answer = $client->send_request($method, map { encode($_) } @$params);
    die "$answer\n" unless ref $answer;
    push @results, $answer->is_fault ? {fault => [$answer->code, $answer->string]} : {value => $answer->value};
}
print JSON::PP->new->utf8->allow_blessed->convert_blessed->encode(\@results);
