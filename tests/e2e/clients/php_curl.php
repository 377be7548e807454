<?php
// PHP with curl and SimpleXML, as billing portals do it.

[, $url, $login, $password] = $argv;

function encode($value): string {
    if (is_bool($value)) return '<boolean>' . (int)$value . '</boolean>';
    if (is_int($value)) return "<int>$value</int>";
    if (is_string($value)) return '<string>' . htmlspecialchars($value, ENT_XML1) . '</string>';
    if ($value instanceof stdClass) {
        $members = '';
        foreach ($value as $name => $member) {
            $members .= "<member><name>$name</name><value>" . encode($member) . '</value></member>';
        }
        return "<struct>$members</struct>";
    }
    return '<array><data>' . implode('', array_map(fn($v) => '<value>' . encode($v) . '</value>', $value)) . '</data></array>';
}

function decode(SimpleXMLElement $value) {
    $kind = $value->children()[0] ?? null;
    if ($kind === null) return (string)$value;
    switch ($kind->getName()) {
        case 'int': return (int)$kind;
        case 'double': return (float)$kind;
        case 'boolean': return (string)$kind === '1';
        case 'string': return (string)$kind;
        case 'array':
            $items = [];
            foreach ($kind->data->value as $item) $items[] = decode($item);
            return $items;
        case 'struct':
            $members = new stdClass;
            foreach ($kind->member as $member) $members->{(string)$member->name} = decode($member->value);
            return $members;
    }
    throw new Exception('unexpected <' . $kind->getName() . '>');
}

$curl = curl_init($url);
curl_setopt_array($curl, [
    CURLOPT_RETURNTRANSFER => true, CURLOPT_POST => true, CURLOPT_HTTPAUTH => CURLAUTH_DIGEST,
    CURLOPT_USERPWD => "$login:$password", CURLOPT_HTTPHEADER => ['Content-Type: text/xml'], CURLOPT_ENCODING => '',
]);
$results = [];
foreach (json_decode(stream_get_contents(STDIN)) as [$method, $params]) {
    $inner = implode('', array_map(fn($p) => '<param><value>' . encode($p) . '</value></param>', $params));
    curl_setopt($curl, CURLOPT_POSTFIELDS,
        "<?xml version=\"1.0\"?><methodCall><methodName>$method</methodName><params>$inner</params></methodCall>");
    $answer = curl_exec($curl);
    if ($answer === false || curl_getinfo($curl, CURLINFO_RESPONSE_CODE) !== 200) {
        fwrite(STDERR, curl_error($curl) . curl_getinfo($curl, CURLINFO_RESPONSE_CODE) . "\n");
        exit(1);
    }
    $xml = new SimpleXMLElement($answer);
    if (isset($xml->fault)) {
        $fault = decode($xml->fault->value);
        $results[] = ['fault' => [$fault->faultCode, $fault->faultString]];
    } else {
        $results[] = ['value' => decode($xml->params->param->value)];
    }
}
echo json_encode($results, JSON_THROW_ON_ERROR | JSON_PRESERVE_ZERO_FRACTION);
